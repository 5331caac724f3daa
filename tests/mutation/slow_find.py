"""Where a table stands on a grid of cells under a layout's `find`, worked out again, column by column, in plain Python.

Belongs here: a second reading of the words of `find` that shares no code with pipeline/ingest. Does not belong here:
what its cells are (slow.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.catalogue.contract import Layout

Grid = Sequence[Sequence[str]]
AT_MOST = 200


class NoTable(Exception):
    """The grid holds no such table: whoever reads it must refuse it."""


@dataclass(frozen=True)
class Place:
    """A table on a grid. `names` and `spread` are by column, `records` the cells of its rows in order, `captured` what
    stands beside it. Rows of the header count from 1; `end` is how many rows of the grid lie above its end."""

    names: tuple[str | None, ...]
    spread: dict[int, str]
    records: tuple[tuple[str, ...], ...]
    captured: dict[str, str]
    header_rows: tuple[int, ...]
    end: int


def place(grid: Grid, layout: Layout, sheet: str, member: str) -> Place:
    """The table of a layout on a grid. Raises NoTable."""
    find = layout.find
    if find.header:
        rows: list[int] = []
        for row in range(1, len(grid) + 1):
            if len(rows) < len(find.header) and any(_is(find.header[len(rows)], cell) for cell in grid[row - 1]):
                rows.append(row)
            elif rows and find.until and any(_is(find.until, cell) for cell in grid[row - 1]):
                break
        if len(rows) < len(find.header):
            raise NoTable(f"no cell like {find.header[len(rows)]}")
        return _table(grid, tuple(rows), layout, sheet, member)
    for row in range(1, min(len(grid), AT_MOST) + 1):
        try:
            return _table(grid, (row,), layout, sheet, member)
        except NoTable:
            continue
    raise NoTable("no row is its header")


def _is(pattern: str, cell: str) -> bool:
    return bool(cell.strip()) and re.fullmatch(pattern, " ".join(cell.split())) is not None


def _table(grid: Grid, rows: tuple[int, ...], layout: Layout, sheet: str, member: str) -> Place:
    find = layout.find
    end = rows[-1]
    while end < len(grid) and not (find.until and any(_is(find.until, cell) for cell in grid[end])):
        end += 1
    body = [row for row in range(rows[-1], end) if any(cell.strip() for cell in grid[row])]
    width = max([len(grid[row - 1]) for row in rows] + [len(_stripped(grid[row])) for row in body])

    def cell(row: int, column: int) -> str:
        return " ".join(grid[row][column].split()) if column < len(grid[row]) else ""

    headings = [_heading(cell, rows, column, own=find.own_labels) for column in range(width)]
    filled = [any(cell(row, column) for row in body) for column in range(width)]
    bare = [not any(cell(row - 1, column) for row in rows) for column in range(width)]
    lettered = {number_of(letter): name for letter, name in find.letters.items()}
    skipped = {at for at in range(width) if not filled[at] and bare[at]}
    names, spread = names_of(headings, layout, lettered, skipped)
    if any(filled[at] and not headings[at] and at not in lettered for at in range(width)):
        raise NoTable("a column of cells without a header")
    first = body[0] if body else rows[-1]
    captured = {name: _captured(capture, grid[:first], sheet, member) for name, capture in find.captures.items()}
    if not all(captured.values()):
        raise NoTable("nothing to capture")
    records, last = [], dict[int, str]()
    for row in body:
        cells = [grid[row][at].strip() if at < len(grid[row]) else "" for at in range(width)]
        for at, name in enumerate(names):
            if name and name in find.fill_down:
                cells[at] = last[at] = cells[at] or last.get(at, "")
        records.append(tuple(cells))
    return Place(tuple(names), spread, tuple(records), captured, rows, end)


def _stripped(row: Sequence[str]) -> Sequence[str]:
    filled = [at for at, cell in enumerate(row) if cell.strip()]
    return row[: filled[-1] + 1] if filled else []


def _heading(cell, rows: tuple[int, ...], column: int, *, own: bool) -> str:
    last = cell(rows[-1] - 1, column)
    if own and last:
        return last
    parts = []
    for row in rows[:-1]:
        reach = next((cell(row - 1, at) for at in range(column, -1, -1) if cell(row - 1, at)), "")
        parts.append(reach)
    return " > ".join(part for part in [*parts, last] if part)


def number_of(letters: str) -> int:
    """The place of a spreadsheet's column, from 0, by its letters."""
    number = 0
    for sign in letters:
        number = 26 * number + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(sign) + 1
    return number - 1


def names_of(
    headings: Sequence[str], layout: Layout, lettered: dict[int, str | None], skipped: set[int]
) -> tuple[list[str | None], dict[int, str]]:
    """The canonical column of each header cell, and the cells that become rows, by position. Raises NoTable."""
    loose = (
        (lambda text: "".join(text.split()).casefold())
        if layout.alternatives
        else (lambda text: " ".join(text.split()))
    )
    known = [
        (published, re.compile(re.escape(loose(published)).replace(r"\{yy\}", "([0-9]{2})")))
        for published in layout.columns
    ]
    names: list[str | None] = []
    spread: dict[int, str] = {}
    used: Counter[str] = Counter()
    years: set[str] = set()
    times: Counter[str] = Counter()
    for at, heading in enumerate(" ".join(one.split()) for one in headings):
        times[heading] += 1
        if layout.repeats and times[heading] > 1 and heading:
            heading = f"{heading} [{times[heading]}]"
        if at in lettered or at in skipped:
            names.append(lettered.get(at))
            continue
        fitting = [(published, match) for published, one in known if (match := one.fullmatch(loose(heading)))]
        if fitting:
            published, match = fitting[0]
            names.append(layout.columns[published])
            years.update(match.groups())
            used[published] += 1
        elif layout.unpivot and re.fullmatch(layout.unpivot.columns, heading):
            names.append(None)
            spread[at] = heading
            used[heading] += 1
        else:
            raise NoTable(f"unknown column {heading!r}")
    kept = Counter(name for name in names if name)
    nameless = {published for published, name in layout.columns.items() if not published.strip() and name is None}
    if layout.alternatives:
        wanted = {name for name in layout.columns.values() if name and name not in layout.optional}
        missing = wanted - set(kept)
    else:
        missing = set(layout.columns) - set(used)
    doubled = any(count > 1 for name, count in used.items() if name not in nameless)
    if missing or doubled or max(kept.values(), default=0) > 1 or len(years) > 1 or (layout.unpivot and not spread):
        raise NoTable("a column is missing or stands twice, or the years differ")
    return names, spread


def _captured(capture, above: Grid, sheet: str, member: str) -> str:
    texts = {"sheet": [sheet], "member": [member]}.get(capture.origin)
    if texts is None:
        texts = []
        for row in above:
            cells = [" ".join(cell.split()) for cell in row]
            for at, cell in enumerate(cells):
                if not capture.label:
                    texts.append(cell)
                elif _is(capture.label, cell):
                    texts += [one for one in cells[at + 1 :] if one][:1]
    for text in texts:
        if not capture.like:
            if text:
                return text
            continue
        match = re.search(capture.like, text)
        if match:
            return match["value"].strip()
        if capture.origin != "above":
            return ""
    return ""
