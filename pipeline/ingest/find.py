"""Finds a table that stands somewhere on a sheet, or below titles in a CSV: by what its header says.

Belongs here: from all rows of a sheet to the header, the rows and the values beside them, with the place of each.
Does not belong here: opening files (containers.py), which contract a file is (identify.py), types and rules (read.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.catalogue.contract import JOIN, Capture, Find, Layout, folded
from pipeline.ingest.header import NO_HEADER, HeaderFit, fit_header, numbered

Row = list[str]
# A header that is found by fitting stands within this many rows of the top: the lowest in use is on row 60.
FIRST_ROWS = 200


@dataclass(frozen=True)
class Located:
    """A table that was found. Rows and columns count from 1, as a spreadsheet shows them.

    `header` and `columns` go on beyond the sheet's own columns with what `captures` found, and so does every row.
    `rows` pairs each row of data with its row on the sheet.
    """

    header: tuple[str, ...]
    columns: tuple[str | None, ...]
    spread: tuple[int, ...]
    years: tuple[str, ...]
    header_rows: tuple[int, ...]
    rows: tuple[tuple[int, Row], ...]
    width: int

    @property
    def area(self) -> str:
        """The table's range as a spreadsheet writes it, header included: `A14:H166`."""
        last = self.rows[-1][0] if self.rows else self.header_rows[-1]
        return f"A{self.header_rows[0]}:{letter(self.width)}{last}"

    @cached_property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Where runs of rows begin: (ordinal of a row of data, its row on the sheet)."""
        runs, expected = [], -1
        for ordinal, (row, _) in enumerate(self.rows, start=1):
            if row != expected:
                runs.append((ordinal, row))
            expected = row + 1
        return tuple(runs)


@dataclass(frozen=True)
class NotFound:
    """Why a table is not there: `what` is wrong in words, or how the header nearest to the layout's misses it."""

    what: str = ""
    fit: HeaderFit = NO_HEADER
    row: int = 0


def letter(column: int) -> str:
    """The letter of a spreadsheet's column, counted from 1: A, Z, AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def position(column_letter: str) -> int:
    """The place of a column, counted from 0, by its letter."""
    place = 0
    for sign in column_letter:
        place = place * 26 + ord(sign) - ord("A") + 1
    return place - 1


def locate(rows: Sequence[Row], layout: Layout, *, sheet: str = "", member: str = "") -> Located | NotFound:
    """The table of a layout among all rows of a sheet or text. `sheet` and `member` are names that captures look at."""
    find = layout.find or Find()
    if find.header:
        header_rows = _anchored(rows, find.header, find.until)
        if isinstance(header_rows, NotFound):
            return header_rows
        return _at(rows, header_rows, layout, find, sheet, member)
    best = NotFound("holds no row with a header")
    wanted = {layout.alike(name) for name in layout.columns}
    for row, cells in enumerate(rows[:FIRST_ROWS], start=1):
        if wanted and not wanted & {layout.alike(cell) for cell in cells}:
            continue
        found = _at(rows, (row,), layout, find, sheet, member)
        if isinstance(found, Located):
            return found
        if found.what or found.fit.likeness > best.fit.likeness:
            best = found
    return best


def _anchored(rows: Sequence[Row], patterns: Sequence[str], until: str) -> tuple[int, ...] | NotFound:
    """The rows of the header, counted from 1: each the first below the one before that a pattern is like.

    Once its first row is found, a header ends where the table does (`until`): what follows is another table's.
    """
    at: list[int] = []
    end = len(rows)
    for pattern in patterns:
        start = at[-1] if at else 0
        like = re.compile(pattern)
        found = next((row for row, cells in enumerate(rows[start:end], start + 1) if _any_like(like, cells)), 0)
        if not found:
            below = f" below row {start}" if start else ""
            return NotFound(f"holds no cell like {pattern!r}{below}, by which its header is found")
        if not at and until:
            last = re.compile(until)
            end = next((row for row, cells in enumerate(rows[found:], found) if _any_like(last, cells)), len(rows))
        at.append(found)
    return tuple(at)


def _any_like(like: re.Pattern[str], cells: Row) -> bool:
    return any(cell and like.fullmatch(folded(cell)) for cell in cells)


def _at(
    rows: Sequence[Row], header_rows: tuple[int, ...], layout: Layout, find: Find, sheet: str, member: str
) -> Located | NotFound:
    """The table below a header that stands on these rows, or why it is none."""
    letters = {position(one): kept for one, kept in find.letters.items()}
    width = max((len(rows[row - 1]) for row in header_rows), default=0)
    # A cell of the header that nothing knows settles it, whatever stands below: 1.5 s less on 190,000 rows.
    header, named = _header(rows, header_rows, width, layout, find)
    fit = fit_header(header, layout, letters=letters, empty=set(range(width)) - named - set(letters))
    if fit.unknown:
        return NotFound(fit=fit, row=header_rows[-1])
    data = _data(rows, header_rows[-1], find)
    width = max([width, *(_width(cells) for _, cells in data)])
    filled = [any(at < len(cells) and cells[at] for _, cells in data) for at in range(width)]
    header, named = _header(rows, header_rows, width, layout, find)
    empty = {at for at in range(width) if not filled[at]} - named - set(letters)
    fit = fit_header(header, layout, letters=letters, empty=empty)
    if not fit.fits:
        return NotFound(fit=fit, row=header_rows[-1])
    nameless = [at for at in range(width) if filled[at] and not header[at] and at not in letters]
    if nameless:
        row = next(row for row, cells in data if nameless[0] < len(cells) and cells[nameless[0]])
        return NotFound(
            f"cell {letter(nameless[0] + 1)}{row} is filled and its column has no header, expected a blank", fit
        )
    captured: dict[str, str] = {}
    first = data[0][0] if data else header_rows[-1] + 1
    for name, capture in find.captures.items():
        value = captured_value(capture, rows[: first - 1], sheet, member)
        if not value:
            return NotFound(f"holds nothing for {name}: {_told(capture)}", fit)
        captured[name] = value
    filled_down = _filled_down(data, fit.columns, find.fill_down)
    return Located(
        header=(*header, *captured),
        columns=(*fit.columns, *captured),
        spread=fit.spread,
        years=fit.years,
        header_rows=header_rows,
        rows=tuple((row, [*_padded(cells, width), *captured.values()]) for row, cells in filled_down),
        width=width,
    )


def _header(
    rows: Sequence[Row], header_rows: tuple[int, ...], width: int, layout: Layout, find: Find
) -> tuple[list[str], set[int]]:
    """One folded header cell for each column, and which columns have a cell of their own in some row of the header."""
    own = [[folded(cell) for cell in _padded(rows[row - 1], width)] for row in header_rows]
    header = _composed(own, own_labels=find.own_labels)
    named = {at for at in range(width) if any(row[at] for row in own)}
    return numbered(header) if layout.repeats else header, named


def _data(rows: Sequence[Row], header_row: int, find: Find) -> list[tuple[int, Row]]:
    """The rows below the header down to the end of the table, with their places; blank ones left out."""
    until = re.compile(find.until) if find.until else None
    data = []
    for row, cells in enumerate(rows[header_row:], header_row + 1):
        if until and _any_like(until, cells):
            break
        if any(cells):
            data.append((row, cells))
    return data


def _width(cells: Row) -> int:
    return next((at + 1 for at in range(len(cells) - 1, -1, -1) if cells[at]), 0)


def _padded(cells: Row, width: int) -> Row:
    return cells if len(cells) == width else cells[:width] + [""] * (width - len(cells))


def _composed(own: list[Row], *, own_labels: bool) -> list[str]:
    """One header cell for each column: its cells from top to bottom, upper ones reaching to the right."""
    upper = [_reaching(row) for row in own[:-1]]
    composed = []
    for at, last in enumerate(own[-1]):
        parts = [last] if own_labels and last else [*(row[at] for row in upper), last]
        composed.append(JOIN.join(part for part in parts if part))
    return composed


def _reaching(row: Row) -> Row:
    reached, last = [], ""
    for cell in row:
        last = cell or last
        reached.append(last)
    return reached


def _filled_down(
    data: list[tuple[int, Row]], columns: tuple[str | None, ...], names: tuple[str, ...]
) -> list[tuple[int, Row]]:
    if not names:
        return data
    places = [at for at, name in enumerate(columns) if name in names]
    above: dict[int, str] = {}
    filled = []
    for row, cells in data:
        cells = list(cells)
        for at in places:
            if at < len(cells):
                cells[at] = above[at] = cells[at] or above.get(at, "")
        filled.append((row, cells))
    return filled


def captured_value(capture: Capture, above: Sequence[Row], sheet: str, member: str) -> str:
    """What a capture finds, '' for nothing."""
    if capture.origin != "above":
        candidates = [sheet if capture.origin == "sheet" else member]
    elif capture.label:
        candidates = _beside(above, re.compile(capture.label))
    else:
        candidates = [folded(cell) for row in above for cell in row if cell]
    if not capture.like:
        return next(iter(candidates), "")
    found = (re.search(capture.like, candidate) for candidate in candidates)
    return next((match["value"].strip() for match in found if match), "")


def _beside(above: Sequence[Row], label: re.Pattern[str]) -> list[str]:
    """The next filled cell to the right of each cell that is like a label."""
    return [
        beside
        for row in above
        for at, cell in enumerate(row)
        if cell and label.fullmatch(folded(cell))
        for beside in [next((folded(one) for one in row[at + 1 :] if one), "")]
        if beside
    ]


def _told(capture: Capture) -> str:
    place = {"sheet": "the sheet's name", "member": "the file's name", "above": "a cell above the table"}[
        capture.origin
    ]
    if capture.label:
        return f"expected beside a cell like {capture.label!r}" + (f", like {capture.like!r}" if capture.like else "")
    return f"expected in {place}, like {capture.like!r}"
