"""How a file differs from the nearest layout that is known, and the contract lines that would read it.

Belongs here: columns added, gone, renamed, moved or retyped; header row, sheet, members, delimiter and encoding; the new
layout, proven by reading the file with it. Does not belong here: whether the change is meant (a person looks at the
publisher's page), or refusing a file (identify.py).
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import takewhile
from pathlib import Path, PurePosixPath

import yaml
from pydantic import ValidationError

from pipeline import duck
from pipeline.catalogue.contract import Column, Contract, Layout, Table, folded
from pipeline.catalogue.load import Catalogue
from pipeline.errors import Refused
from pipeline.ingest import containers, evidence, sketch
from pipeline.ingest.identify import (
    LOOK_DOWN,
    HeaderFit,
    Identified,
    NotClaimed,
    fit_header,
    identify,
    likeness_of_names,
    nearest_name,
    pair_names,
)
from pipeline.ingest.read import Bronze, ReadReport, read
from pipeline.ingest.sketch import Piece

# Below this likeness the nearest layout says nothing of a file.
FAR = 0.3
# Cells of a column that are held against what the contract says of a column.
SAMPLE_SHARE = 0.9
# How many different values of a column are looked at, and shown.
MAX_VALUES, MAX_SHOWN = 1_000, 5
# Names this alike are one column whatever its values; names less alike than LIKELY_NAME only where more speaks for it.
SURE_NAME, LIKELY_NAME = 0.8, 0.7
# A new code this near to a known one is the same thing spelt otherwise.
SAME_CODE = 0.9


@dataclass(frozen=True)
class Change:
    """One difference: its kind, what it is in words, and the published and canonical column it is of, where it is of one."""

    kind: str
    what: str
    published: str = ""
    column: str = ""


@dataclass(frozen=True)
class Difference:
    """A file against one layout. `layout` and `columns` are what to add to the contract, None and {} where nothing.

    `columns` gives, by canonical column, the fields to set; `markers` the markers of the table. `report` is how the file
    reads with all of that, None where it does not, for the reason `unread`.
    """

    contract: Contract
    table: Table
    nearest: Layout
    likeness: float
    changes: tuple[Change, ...]
    layout: dict | None = None
    columns: dict[str, dict] = field(default_factory=dict)
    markers: dict[str, str] = field(default_factory=dict)
    report: ReadReport | None = None
    unread: str = ""

    def layout_yaml(self) -> str:
        """The new layout as it stands in a contract, '' where none is needed."""
        return "" if self.layout is None else _indented(yaml_of([self.layout]), 6)

    def column_yaml(self, name: str) -> str:
        """The lines to set in the entry of a canonical column."""
        return _indented(yaml_of(self.columns[name]), 8)


def yaml_of(content: object) -> str:
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


class _Dumper(yaml.SafeDumper):
    """Block style, but short lists of plain words in one line, as the contracts are written."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


def _listed(dumper: yaml.SafeDumper, items: Sequence) -> yaml.Node:
    short = all(isinstance(item, str | None) for item in items) and sum(len(item or "null") + 2 for item in items) < 110
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


_Dumper.add_representer(list, _listed)
_Dumper.add_representer(tuple, _listed)


def _indented(text: str, by: int) -> str:
    # The dumper indents the items of a list already.
    lead = " " * by if not text.startswith("  - ") else " " * (by - 2)
    return "".join(f"{lead}{line}\n" if line else "\n" for line in text.rstrip("\n").split("\n"))


# --- which layout ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    """Where in a file a layout fits best: the stretch of rows, the header row (0: none) and how it compares."""

    contract: Contract
    table: Table
    layout: Layout
    piece: Piece
    row: int
    fit: HeaderFit
    likeness: float


def difference_of(
    path: Path, known: Catalogue, *, name: str | None = None, dataset: str | None = None, threads: int = 0
) -> Difference | None:
    """A file that fits no layout against the nearest one, or None where none is near.

    Nearest is a layout of the dataset given, else of a table that the file's `name` claims, else the likeliest of all.
    Raises Refused where the file cannot be looked into at all.
    """
    label = name or path.name
    pieces = sketch.pieces_of(path, label)
    best = _nearest(pieces, known, label, dataset)
    return None if best is None else _of_misfit(path, best, pieces, label, threads)


def _nearest(pieces: list[Piece], known: Catalogue, label: str, dataset: str | None) -> _Found | None:
    pairs = [pair for pair in known.tables() if dataset in (None, pair[0].dataset)]
    named = [pair for pair in pairs if pair[1].claims_name(label)]
    given = bool(named or dataset)
    held = [
        one
        for contract, table in named or pairs
        for layout in table.layouts
        for piece in pieces
        if (one := _held_against(contract, table, layout, piece, given)) is not None
    ]
    best = max(held, key=lambda one: (one.likeness, _is_in_place(one)), default=None)
    return best if best and (given or best.likeness >= FAR) else None


def _is_in_place(one: _Found) -> int:
    """How many things about the form are as the layout says: of layouts equally like, the one with least to change."""
    layout, piece = one.layout, one.piece
    return sum((
        piece.format == layout.format, bool(piece.member) == (layout.container == "zip"),
        fnmatchcase(piece.sheet, layout.sheet), fnmatchcase(_base(piece.member), layout.members),
        one.row == layout.header_row, piece.delimiter == layout.delimiter,
    ))  # fmt: skip


def _held_against(contract: Contract, table: Table, layout: Layout, piece: Piece, given: bool) -> _Found | None:
    if layout.positions:
        # Without a header nothing but a name says what a file is.
        if not given or piece.sheet:
            return None
        header = sketch.header_of(piece.first)
        return _Found(contract, table, layout, piece, 0, NO_FIT, 0.0 if header.row else 1.0)
    best: _Found | None = None
    for row, record in enumerate(piece.first[:LOOK_DOWN], start=1):
        fit = fit_header(list(record), layout)
        likeness = 1.0 if fit.fits else fit.likeness
        if best is None or likeness > best.likeness:
            best = _Found(contract, table, layout, piece, row, fit, likeness)
    return best


NO_FIT = HeaderFit((), (), (), (), ())


def _base(member: str) -> str:
    return PurePosixPath(member).name


# --- a file that fits --------------------------------------------------------------------------------------------


def difference_of_read(path: Path, found: Identified, bronze: Bronze, label: str, threads: int = 0) -> Difference:
    """A file that fits its layout and was read with it: columns in another order, and cells that broke a rule."""
    moved = [] if found.layout.positions else _moved(found.members[0].columns, found.layout)
    plain = Difference(found.contract, found.table, found.layout, 1.0, tuple(moved), report=bronze.report)
    if not bronze.report.offences:
        return plain
    return _guarded(plain, lambda scratch: _with_values(path, plain, bronze, label, scratch, threads))


def _moved(columns: Iterable[str | None], layout: Layout) -> list[Change]:
    """Columns that stand in another order among those that are known: for information, columns are found by name."""
    here = [name for name in columns if name]
    there = [name for name in layout.columns.values() if name in here]
    here = [name for name in here if name in there]
    if here == there:
        return []
    out_of_line = _out_of_line(here, there)
    return [
        Change("moved", f"{name} stands {_after(name, here)}, was {_after(name, there)}", column=name)
        for name in out_of_line
    ]


def _after(name: str, order: list[str]) -> str:
    at = order.index(name)
    return f"after {order[at - 1]}" if at else "first"


def _out_of_line(here: list[str], there: list[str]) -> list[str]:
    """The fewest names to take out so that the rest is in one order (all but a longest increasing run)."""
    places = [there.index(name) for name in here]
    runs: list[list[int]] = []
    for at, place in enumerate(places):
        before = max((run for run in runs if places[run[-1]] < place), key=len, default=[])
        runs.append([*before, at])
    longest = set(max(runs, key=len))
    return [name for at, name in enumerate(here) if at not in longest]


# --- a file that does not ----------------------------------------------------------------------------------------


def _of_misfit(path: Path, found: _Found, pieces: list[Piece], label: str, threads: int) -> Difference:
    changes, form = _form_changes(path, found, pieces, label)
    edits: dict[str, dict] = {}
    if found.layout.positions:
        more, mapped = _positions(found)
        hopeless = ""
    else:
        more, mapped, edits, hopeless = _columns(found)
    changes += more
    plain = Difference(found.contract, found.table, found.layout, found.likeness, tuple(changes), columns=edits)
    if hopeless:
        return replace(plain, unread=hopeless)
    if not changes or (found.row and all(change.kind == "moved" for change in changes)):
        return replace(plain, unread="no difference of form was found: what was refused is in the rows or the name")
    layout = _new_layout(found, form | mapped)
    told = replace(plain, layout=layout)
    return _guarded(told, lambda scratch: _proven(path, told, label, scratch, threads))


def _form_changes(path: Path, found: _Found, pieces: list[Piece], label: str) -> tuple[list[Change], dict]:
    """What changed beside the columns, and the fields of the layout as the file has them."""
    layout, piece = found.layout, found.piece
    changes: list[Change] = []
    kind = piece.format
    form: dict = {"container": "zip" if piece.member else "none", "format": kind}

    def say(kind: str, now: object, was: object) -> None:
        changes.append(Change(kind, f"is {now}, was {was}"))

    if form["container"] != layout.container or kind != layout.format:
        say("container", _form_words(form["container"], kind), _form_words(layout.container, layout.format))
    if piece.member:
        form |= _members(path, found, pieces, label, say)
    if piece.sheet:
        form["sheet"] = layout.sheet
        if not fnmatchcase(piece.sheet, layout.sheet):
            form["sheet"] = literal(piece.sheet)
            if layout.sheet:
                say("sheet", repr(piece.sheet), repr(layout.sheet))
    else:
        form["encoding"] = layout.encoding if kind == layout.format else piece.encoding
        if kind == layout.format and not _decodes(path, piece.member or None, layout.encoding, label):
            form["encoding"] = piece.encoding
            say("encoding", piece.encoding.removesuffix("-sig"), layout.encoding.removesuffix("-sig"))
        form["delimiter"] = piece.delimiter
        if kind == layout.format and piece.delimiter != layout.delimiter:
            say("delimiter", repr(piece.delimiter), repr(layout.delimiter))
    if layout.find:
        form["find"] = layout.find.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    elif found.row:
        form["header_row"] = found.row
        if found.row != layout.header_row:
            say("header row", found.row, layout.header_row)
    return changes, form


def _form_words(container: str, kind: str) -> str:
    return f"a ZIP of {kind.upper()}" if container == "zip" else f"a plain {kind.upper()} file"


def _members(path: Path, found: _Found, pieces: list[Piece], label: str, say) -> dict:
    layout, piece = found.layout, found.piece
    header = sorted(piece.first[found.row - 1]) if found.row else []
    mine = {
        other.member
        for other in pieces
        if (found.row and len(other.first) >= found.row and sorted(other.first[found.row - 1]) == header)
        or other.member == piece.member
    }
    names = [info.name for info in containers.zip_members(path, label)]
    members, beside = layout.members, list(layout.beside)
    if not all(fnmatchcase(_base(name), members) for name in mine):
        members = pattern_of([_base(name) for name in mine])
        if layout.members:
            say("members", repr(members), repr(layout.members))
    strays = [_base(name) for name in names if not any(fnmatchcase(_base(name), one) for one in (members, *beside))]
    if strays:
        say("members beside", ", ".join(map(repr, strays[:MAX_SHOWN])), ", ".join(map(repr, beside)) or "none")
    return {"members": members, "beside": beside + [literal(name) for name in strays]}


def pattern_of(names: list[str]) -> str:
    """A pattern for all names: what they begin and end with."""
    if len(names) == 1:
        return re.sub(r"\d+", "*", literal(names[0]))
    head = _common(names)
    tail = _common([name[len(head) :][::-1] for name in names])[::-1]
    return f"{literal(head)}*{literal(tail)}"


def _common(names: list[str]) -> str:
    """What all names begin with."""
    alike = takewhile(lambda signs: len(set(signs)) == 1, zip(*names, strict=False))
    return "".join(signs[0] for signs in alike)


def literal(name: str) -> str:
    """A name as a pattern that only it matches."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def _decodes(path: Path, member: str | None, encoding: str, label: str) -> bool:
    try:
        for _ in containers.text_of(path, member, encoding, label):
            pass
    except Refused:
        return False
    return True


# --- columns with a header ---------------------------------------------------------------------------------------


def _columns(found: _Found) -> tuple[list[Change], dict, dict[str, dict], str]:
    """Changes of columns, the layout's `columns`, edits of canonical columns, and why no layout can say it ('' if one can)."""
    layout, table, fit = found.layout, found.table, found.fit
    header = found.piece.first[found.row - 1]
    published = [_published(cell, layout) if at not in fit.spread else None for at, cell in enumerate(header)]
    unknown = [at for at, name in enumerate(published) if name is None and at not in fit.spread]
    missing = [name for name in layout.columns if name not in published]
    pairs = _renamed(found, header, unknown, missing)
    changes, columns, edits = [], {}, {}
    for at, cell in enumerate(header):
        if at in fit.spread:
            continue
        if published[at] is not None:
            columns[published[at]] = layout.columns[published[at]]
        elif at in pairs:
            old, why = pairs[at]
            columns[cell] = layout.columns[old]
            changes.append(Change("renamed", f"{old!r} is now {cell!r} ({why})", cell, layout.columns[old] or ""))
        else:
            columns[cell] = None
            changes.append(
                Change("added", f"{cell!r}, column {at + 1}" if cell else f"column {at + 1}, without a name", cell)
            )
    taken = {old for old, _ in pairs.values()}
    for name in missing:
        if name in taken:
            continue
        canonical = layout.columns[name]
        changes.append(
            Change("gone", repr(name) + (f", which fills {canonical}" if canonical else ""), name, canonical or "")
        )
        if canonical and table.column(canonical).required:
            edits[canonical] = {"required": False}
    if layout.unpivot and not fit.spread:
        changes.append(Change("gone", f"every column like {layout.unpivot.columns}, which become rows"))
        return changes, {}, {}, "no column becomes rows, so no layout of this table can read it"
    changes += _moved(columns.values(), layout)
    doubled = sorted({cell for cell in header if cell and list(header).count(cell) > 1})
    if doubled:
        changes.append(Change("doubled", f"{', '.join(map(repr, doubled[:MAX_SHOWN]))} names more than one column"))
        return changes, {}, {}, "columns are found by name, and a name stands twice"
    if len(fit.years) > 1:
        return changes, {}, {}, f"its column names bear different years ({', '.join(fit.years)}), expected one"
    return changes, {"columns": columns}, edits, ""


def _published(cell: str, layout: Layout) -> str | None:
    """The layout's own name of a header cell (with `{yy}` where it has one), None where it knows none."""
    for name in layout.columns:
        if folded(name) == cell or ("{yy}" in name and layout.header_pattern(name).fullmatch(cell)):
            return name
    return None


def _renamed(
    found: _Found, header: Sequence[str], unknown: list[int], missing: list[str]
) -> dict[int, tuple[str, str]]:
    """By position, the known column that an unknown one was, and what says so: its name, its values, or its place."""
    layout = found.layout
    pairs: dict[int, tuple[str, str]] = {}
    fits = {(at, name): _fits(found, at, layout.columns[name]) for at in unknown for name in missing if header[at]}
    by_name = pair_names([header[at] for at in unknown], missing)
    for at in unknown:
        old = by_name.get(header[at])
        if not old:
            continue
        alike, held = likeness_of_names(header[at], old), fits.get((at, old))
        # A name that is only somewhat alike is another column where its values or its place do not speak for it.
        in_place = at < len(layout.columns) and list(layout.columns)[at] == old
        if alike >= SURE_NAME or (held is not False and (alike >= LIKELY_NAME or held or in_place)):
            pairs[at] = (old, f"nearest name, {alike:.0%} alike")
    open_at, open_names = _still_open(unknown, missing, pairs, header)
    for at in open_at:
        ones = [name for name in open_names if fits[at, name]]
        others = [one for one in open_at if ones and fits[one, ones[0]]]
        if len(ones) == 1 and others == [at]:
            pairs[at] = (ones[0], "its values are such")
    open_at, open_names = _still_open(unknown, missing, pairs, header)
    order = list(layout.columns)
    for at in open_at:
        if len(header) == len(order) and order[at] in open_names and fits[at, order[at]] is not False:
            pairs[at] = (order[at], "stands in its place")
    return pairs


def _still_open(
    unknown: list[int], missing: list[str], pairs: dict[int, tuple[str, str]], header: Sequence[str]
) -> tuple[list[int], list[str]]:
    taken = {name for name, _ in pairs.values()}
    return [at for at in unknown if at not in pairs and header[at]], [name for name in missing if name not in taken]


def _fits(found: _Found, at: int, canonical: str | None) -> bool | None:
    """Whether the first cells below a header cell are what a canonical column holds; None where nothing tells."""
    column = found.table.column(canonical) if canonical else None
    if column is None or not _tells(column):
        return None
    share = evidence.share_kept(column, dict(found.table.markers), _cells(found.piece, found.row, at))
    return None if share is None else share >= SAMPLE_SHARE


def _tells(column: Column) -> bool:
    """Whether a column's cells differ from those of any other text."""
    return column.type != "text" or bool(column.allowed or column.pattern)


def _cells(piece: Piece, header_row: int, at: int) -> list[str]:
    return [record[at] for record in piece.first[header_row:] if at < len(record) and record[at]]


# --- columns without a header ------------------------------------------------------------------------------------


def _positions(found: _Found) -> tuple[list[Change], dict]:
    """Changes of a file without a header, by what stands where, and its `positions` or, if it has a header now, `columns`."""
    layout, piece = found.layout, found.piece
    header = sketch.header_of(piece.first)
    if header.row:
        return _header_came(found, header.row)
    width = max((len(record) for record in piece.first), key=[len(r) for r in piece.first].count, default=0)
    now = _aligned(found, width) if width != len(layout.positions) else _exchanged(found)
    changes = []
    for at, name in enumerate(now):
        if name and name in layout.positions and _shift(layout.positions, now, name):
            was = layout.positions.index(name) + 1
            changes.append(Change("moved", f"{name} is column {at + 1}, was {was}", column=name))
    added = [at + 1 for at, name in enumerate(now) if name is None]
    more = width - len(layout.positions)
    if more > 0:
        changes.append(Change("added", f"{more} columns more than {len(layout.positions)}; not kept: {added}"))
    gone = [name for name in layout.positions if name and name not in now]
    changes += [Change("gone", f"{name}, column {layout.positions.index(name) + 1}", column=name) for name in gone]
    if more < 0 and not gone:
        changes.append(Change("gone", f"{-more} of {len(layout.positions)} columns, none that is kept"))
    looks = {name: pattern for name, pattern in layout.looks_like.items() if name in now}
    return changes, {"positions": now, "looks_like": looks}


def _shift(before: Sequence[str | None], now: Sequence[str | None], name: str) -> int:
    return now.index(name) - before.index(name)


def _header_came(found: _Found, row: int) -> tuple[list[Change], dict]:
    names = found.piece.first[row - 1]
    kept = [name for name in found.layout.positions if name]
    by_name = pair_names(list(names), kept)
    placed = len(names) == len(found.layout.positions)
    columns = {}
    for at, cell in enumerate(names):
        columns[cell] = found.layout.positions[at] if placed else by_name.get(cell)
    change = Change("header row", f"is {row}, was none: its columns are named now")
    return [change], {"columns": columns, "header_row": row}


def _score(found: _Found, at: int, name: str | None) -> float:
    if name is None:
        return 0.2
    fits = _fits(found, at, name)
    return 0.5 if fits is None else float(fits)


def _aligned(found: _Found, width: int) -> list[str | None]:
    """The canonical column at each position of a file of another width: the order stays, what fits best is kept."""
    names = list(found.layout.positions)
    best = [[0.0] * (len(names) + 1) for _ in range(width + 1)]
    for at in range(width - 1, -1, -1):
        for number in range(len(names) - 1, -1, -1):
            both = best[at + 1][number + 1] + _score(found, at, names[number])
            best[at][number] = max(both, best[at + 1][number], best[at][number + 1])
    now: list[str | None] = [None] * width
    at = number = 0
    while at < width and number < len(names):
        score = _score(found, at, names[number])
        if score and best[at][number] == best[at + 1][number + 1] + score:
            now[at] = names[number]
            at, number = at + 1, number + 1
        elif best[at][number] == best[at + 1][number]:
            at += 1
        else:
            number += 1
    return now


def _exchanged(found: _Found) -> list[str | None]:
    """The positions, with those changed whose cells fit another column that no longer fits its own."""
    now = list(found.layout.positions)
    wrong = [at for at, name in enumerate(now) if name and _fits(found, at, name) is False]
    for at in wrong:
        better = [other for other in wrong if other != at and _fits(found, at, found.layout.positions[other])]
        now[at] = found.layout.positions[better[0]] if len(better) == 1 else None
    return now


# --- the lines to add --------------------------------------------------------------------------------------------


def _new_layout(found: _Found, form: dict) -> dict:
    """The layout that the file has, without what is a default."""
    layout = found.layout
    taken = {one.id for one in found.table.layouts}
    number = next(n for n in range(2, len(taken) + 3) if f"{layout.id}_{n}" not in taken)
    defaults = {name: one.default for name, one in Layout.model_fields.items()}
    fields = {"id": f"{layout.id}_{number}", **form}
    if layout.unpivot and "columns" in form:
        fields["unpivot"] = layout.unpivot.model_dump()
    filled = {*(form.get("columns") or {}).values(), *form.get("positions", ())}
    fields["constants"] = {name: value for name, value in layout.constants.items() if name not in filled}
    empty = ([], {}, (), None)
    return {name: value for name, value in fields.items() if value not in empty and value != defaults[name]}


def with_lines(difference: Difference) -> Contract:
    """The contract with the lines added. Raises pydantic's ValidationError where they make no contract."""
    data = difference.contract.model_dump(mode="json")
    table = next(one for one in data["tables"] if one["name"] == difference.table.name)
    if difference.layout:
        table["layouts"].append(difference.layout)
    for column in table["columns"]:
        column.update(difference.columns.get(column["name"], {}))
    table["markers"] |= difference.markers
    return Contract.model_validate(data)


def _guarded(difference: Difference, work: Callable[[Path], Difference]) -> Difference:
    """What `work` makes in a scratch folder; where the file does not read with the lines, the difference and why."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            return work(Path(scratch))
    except Refused as refusal:
        return replace(difference, unread=str(refusal))
    except ValidationError as error:
        return replace(difference, unread=f"the lines make no contract: {error.errors()[0]['msg']}")


def _proven(path: Path, difference: Difference, label: str, scratch: Path, threads: int) -> Difference:
    bronze = _read_with(path, difference, label, scratch, threads)
    return _with_values(path, replace(difference, report=bronze.report), bronze, label, scratch, threads)


def _with_values(
    path: Path, difference: Difference, bronze: Bronze, label: str, scratch: Path, threads: int
) -> Difference:
    """Adds what cells call for that broke a rule, and reads the file again with that."""
    changes, columns, markers = _retyped(bronze, difference)
    if not changes:
        return difference
    merged = {
        name: difference.columns.get(name, {}) | columns.get(name, {})
        for name in dict.fromkeys((*difference.columns, *columns))
    }
    told = replace(difference, changes=(*difference.changes, *changes), columns=merged, markers=markers)
    if not (columns or markers):
        return told
    return replace(told, report=_read_with(path, told, label, scratch, threads).report)


def _read_with(path: Path, difference: Difference, label: str, scratch: Path, threads: int) -> Bronze:
    contract = with_lines(difference)
    alone = Catalogue({contract.dataset: contract}, (), {})
    wanted = difference.layout["id"] if difference.layout else difference.nearest.id
    found = identify(path, alone, name=label, dataset=contract.dataset)
    mine = [
        one
        for one in (() if isinstance(found, NotClaimed) else found)
        if (one.table.name, one.layout.id) == (difference.table.name, wanted)
    ]
    if not mine:
        raise Refused("the new lines do not make it fit", where=label)
    return read(path, mine[0], "0" * 64, scratch, label=label, threads=threads)


def _retyped(bronze: Bronze, difference: Difference) -> tuple[list[Change], dict[str, dict], dict[str, str]]:
    """What the cells say that broke a rule: changes, the fields of columns that would read them, and new markers."""
    changes: list[Change] = []
    edits: dict[str, dict] = {}
    markers: dict[str, str] = {}
    con = duck.connect(threads=1)
    try:
        for offence in bronze.report.offences:
            rule = offence.rule_id.rsplit(".", 1)[1]
            column = difference.table.column(offence.column)
            values = [] if rule == "required" else _offending(con, bronze, offence.rule_id, offence.column)
            words, edit, marks = _judged(column, rule, values, dict(difference.table.markers))
            rows = f"{offence.rows:,} row{'s' if offence.rows != 1 else ''}"
            changes.append(Change("retyped", f"{column.name}: {words} ({rows})", column=column.name))
            edits[column.name] = edits.get(column.name, {}) | edit
            markers |= marks
    finally:
        con.close()
    return changes, {name: edit for name, edit in edits.items() if edit}, markers


def _offending(con, bronze: Bronze, rule_id: str, column: str) -> list[str]:
    rows = con.execute(
        "select json_extract_string(cells, ?) as cell, count(*) from read_parquet(?) where list_contains(rule_ids, ?)"
        " group by 1 order by 2 desc, 1 limit ?",
        [f'$."{column}"', str(bronze.quarantine), rule_id, MAX_VALUES],
    ).fetchall()
    return [cell for cell, _ in rows if cell]


def _judged(column: Column, rule: str, values: list[str], markers: dict[str, str]) -> tuple[str, dict, dict[str, str]]:
    """What values that broke a rule look like, the fields that would let them in, and markers that they are."""
    if rule == "required":
        return "is blank in some rows; if that is meant, it is not required", {"required": False}, {}
    if rule == "allowed":
        return _new_codes(column, values)
    if rule == "type" and column.type in ("date", "month"):
        return _new_formats(column, values)
    if rule == "type" and column.type in ("integer", "decimal"):
        return _new_numbers(column, values, markers)
    if rule == "pattern":
        like = evidence.code_pattern(values)
        return f"is not like {column.pattern}" + (f"; looks like {like}" if like else ""), {}, {}
    limit = {"minimum": column.minimum, "maximum": column.maximum}.get(rule)
    return (f"breaks its {rule}" + (f" of {limit:g}" if limit is not None else "")), {}, {}


def _new_codes(column: Column, values: list[str]) -> tuple[str, dict, dict[str, str]]:
    spelt, new, words = {}, [], []
    for value in values:
        near = nearest_name(value, column.allowed)
        if near and likeness_of_names(value, near) >= SAME_CODE:
            spelt[value] = near
        else:
            new.append(value)
        words.append(containers.shown(value) + (f" (nearest known: {near!r})" if near else ""))
    more = f" and {len(words) - MAX_SHOWN} more" if len(words) > MAX_SHOWN else ""
    edit: dict = {"allowed": [*column.allowed, *new]} if new else {}
    edit |= {"aliases": dict(column.aliases) | spelt} if spelt else {}
    return f"new codes {', '.join(words[:MAX_SHOWN])}{more}", edit, {}


def _new_formats(column: Column, values: list[str]) -> tuple[str, dict, dict[str, str]]:
    found = evidence.readings(values)
    example = containers.shown(values[0]) if values else "blank"
    wanted = f"{column.type} as {' or '.join(column.formats)}"
    if len(found) > 1:
        ways = " or ".join(reading.formats[0] for reading in found)
        return f"{example} is no {wanted}; it reads as {ways}: a person must say which", {}, {}
    if not found:
        return f"{example} is no {wanted} and looks like no format that is known", {}, {}
    like = " and ".join(found[0].formats)
    orders = evidence.orders_of((*column.formats, *found[0].formats))
    if {"day, month, year", "month, day, year"} <= orders:
        clash = "beside each other the two would read 10/12 in either order, so such a file needs a table of its own"
        return f"{example} is no {wanted}; looks like {like}; {clash}", {}, {}
    edit: dict = {"formats": [*column.formats, *found[0].formats]}
    if found[0].type != column.type and column.type == "month":
        firsts = evidence.share_kept(column.model_copy(update={"formats": found[0].formats}), {}, values)
        if firsts != 1.0:
            return f"{example} looks like {like}, and not all are the first day of a month", {}, {}
    elif found[0].type != column.type:
        return f"{example} looks like {like}, which is a month and no date", {}, {}
    return f"{example} is no {wanted}; looks like {like}", edit, {}


def _new_numbers(column: Column, values: list[str], markers: dict[str, str]) -> tuple[str, dict, dict[str, str]]:
    signs = {cell: stands for cell, stands in evidence.markers_among(values).items() if cell not in markers}
    known = [cell for cell in values if cell in markers]
    rest = [cell for cell in values if cell not in signs and cell not in markers]
    edit: dict = {"status": True} if (signs or known) and not column.status else {}
    words = []
    if signs:
        listed = ", ".join(f"{cell!r} (mostly {stands})" for cell, stands in signs.items())
        words.append(f"new markers {listed}: the publication's notes say what they mean")
    if known:
        words.append(f"markers {', '.join(map(repr, known[:MAX_SHOWN]))} in a column without `status`")
    number = evidence.number(rest)
    if rest and number is None:
        words.append(f"{containers.shown(rest[0])} is no plain number")
    elif rest and number:
        if column.type == "decimal":
            scale, digits = max(number.scale, column.scale), max(number.precision, column.precision)
            number = evidence.Number("decimal", scale, digits, number.thousands)
        edit |= number.fields() | ({"thousands": True} if column.thousands else {})
        decimals = f" of {number.scale} decimals" if number.scale else ""
        commas = " with thousands commas" if number.thousands else ""
        words.append(f"{containers.shown(rest[0])} looks like {number.type}{decimals}{commas}")
    return "; ".join(words), edit, signs


# --- in words and as data ----------------------------------------------------------------------------------------


def facts(difference: Difference, path: str) -> dict:
    """A difference as data, for scripts. `path` is where the contract stands."""
    report = difference.report
    return {
        "dataset": difference.contract.dataset, "table": difference.table.name, "layout": difference.nearest.id,
        "likeness": round(difference.likeness, 2), "changes": [vars(one) for one in difference.changes],
        "contract": path, "add_layout": difference.layout, "add_layout_yaml": difference.layout_yaml(),
        "set_columns": difference.columns, "add_markers": difference.markers,
        "reads": None if report is None else {
            "rows_in": report.rows_in, "rows_clean": report.rows_clean, "rows_quarantined": report.rows_quarantined,
        },
        "unread": difference.unread,
    }  # fmt: skip


def lines(difference: Difference, path: str) -> Iterable[str]:
    """A difference in words, with the lines to add to the contract at `path`."""
    table = f"{difference.contract.dataset}/{difference.table.name}"
    against = f"layout {difference.nearest.id} of {table}"
    needs = difference.layout or difference.columns or difference.markers
    if not difference.changes and not needs:
        yield f"  no difference from {against}" + (f": {difference.unread}" if difference.unread else "")
        return
    alike = f", {difference.likeness:.0%} alike" if difference.likeness < 1 else ""
    yield f"  differs from {against}{alike}:"
    for change in difference.changes:
        yield f"    {change.kind:<14} {change.what}"
    if difference.unread:
        yield f"  no lines to add: {difference.unread}"
        return
    if not needs:
        return
    yield f"  if the publisher means it, in {path}:"
    if difference.layout:
        yield f"  under `layouts:` of table {difference.table.name} add"
        yield difference.layout_yaml().rstrip("\n")
    for name in difference.columns:
        yield f"  in column {name} of table {difference.table.name} set"
        yield difference.column_yaml(name).rstrip("\n")
    if difference.markers:
        yield f"  in `markers:` of table {difference.table.name} add"
        yield f"    {json.dumps(difference.markers)}"
    if difference.report:
        report = difference.report
        held = f"{report.rows_clean:,} clean, {report.rows_quarantined:,} in quarantine"
        yield f"  with these lines: {report.rows_in:,} rows, {held}"
