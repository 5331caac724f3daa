"""Compares the header of a published table with a layout: columns are known by their names, never by their order.

Belongs here: what a header cell becomes. Does not belong here: where the header stands (find.py), which layout of which
contract a file is (identify.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline.catalogue.contract import NTH, Layout, folded


@dataclass(frozen=True)
class HeaderFit:
    """How a header compares with a layout. It fits when there is neither `unknown` nor `missing` nor `doubled`."""

    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    doubled: tuple[str, ...]
    years: tuple[str, ...]
    spread: tuple[int, ...] = ()

    @property
    def fits(self) -> bool:
        return not (self.unknown or self.missing or self.doubled) and len(self.years) <= 1

    @property
    def likeness(self) -> float:
        shared = len(self.columns) - len(self.unknown)
        return shared / max(shared + len(self.unknown) + len(self.missing), 1)


NO_HEADER = HeaderFit((), (), (), (), ())


def fit_header(
    header: Sequence[str], layout: Layout, *, letters: Mapping[int, str | None] = {}, empty: Collection[int] = ()
) -> HeaderFit:
    """Compares a header with a layout. Order does not matter: columns are found by name.

    `letters`: columns known by their place instead, with what they become; `empty`: columns that hold nothing.
    """
    plain = {layout.alike(published): published for published in layout.columns}
    patterns = {published: layout.header_pattern(published) for published in layout.columns if "{yy}" in published}
    spreads = re.compile(layout.unpivot.columns) if layout.unpivot else None
    columns: list[str | None] = []
    unknown: list[str] = []
    used: list[str] = []
    spread: list[int] = []
    years: set[str] = set()
    for position, cell in enumerate(numbered(header) if layout.repeats else [folded(cell) for cell in header]):
        if position in letters or position in empty:
            columns.append(letters.get(position))
            continue
        found = plain.get(layout.alike(cell))
        if found is None:
            found = next((name for name, one in patterns.items() if one.fullmatch(cell)), None)
        columns.append(None if found is None else layout.columns[found])
        if found is not None:
            used.append(found)
            match = patterns[found].fullmatch(cell) if found in patterns else None
            years.update(match.groupdict().values() if match else ())
        elif spreads and spreads.fullmatch(cell):
            used.append(cell)
            spread.append(position)
        else:
            unknown.append(header[position])
    nothing_spread = (f"one like {layout.unpivot.columns}",) if layout.unpivot and not spread else ()
    return HeaderFit(
        columns=tuple(columns),
        unknown=tuple(unknown),
        missing=(*_missing(layout, used), *nothing_spread),
        doubled=_doubled(layout, used),
        years=tuple(sorted(years)),
        spread=tuple(spread),
    )


def _missing(layout: Layout, used: Sequence[str]) -> list[str]:
    if not layout.alternatives:
        return [name for name in layout.columns if name not in used]
    filled = {layout.columns[name] for name in used if name in layout.columns}
    wanted = {kept for kept in layout.columns.values() if kept} - filled - set(layout.optional)
    return [
        " or ".join(name for name, becomes in layout.columns.items() if becomes == kept)
        for kept in dict.fromkeys(layout.columns.values())
        if kept in wanted
    ]


def _doubled(layout: Layout, used: Sequence[str]) -> tuple[str, ...]:
    # Nothing is kept of columns without a name (`'': null`), so that there may be several.
    nameless = {name for name, kept in layout.columns.items() if not folded(name) and kept is None}
    twice = {name for name, times in Counter(used).items() if times > 1} - nameless
    if layout.alternatives:
        kept = Counter(layout.columns[name] for name in used if layout.columns.get(name))
        twice |= {name for name in used if kept.get(layout.columns.get(name) or "", 0) > 1}
    return tuple(sorted(twice))


def numbered(header: Sequence[str]) -> list[str]:
    """Folded header cells in which the second of one name is `Name [2]`."""
    seen: Counter[str] = Counter()
    named = []
    for cell in (folded(cell) for cell in header):
        seen[cell] += 1
        named.append(cell if seen[cell] == 1 or not cell else NTH.format(name=cell, n=seen[cell]))
    return named
