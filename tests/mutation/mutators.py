"""The mutations: each changes one thing in a file that a publisher, a download, a spreadsheet or a person can change.

Belongs here: what is changed, and what must become of it. Does not belong here: the verdict (judge.py).

A mutator takes a case, one of its parts and a seeded Random, and yields mutations. It never looks at how the pipeline
reads; a mutation that is legitimate in the contract's own words is known by the slow reader (slow.py).
"""

from __future__ import annotations

import csv
import gzip
import io
import random
import re
import string
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal

from pipeline.catalogue.contract import Column

from .files import BOM, Case, Grid, Part, text_bytes, text_grid, text_of, workbook_bytes, zip_bytes
from .slow import BadCell, values
from .slow_find import names_of, number_of
from .slow_people import digits_of, fate, has_check_digit

COLUMNS = 14
SWAPS = 14
CELLS_OF = 9
CUTS = 4

# Why nothing inside a file can tell: the group that the summary counts under.
ROWS_GONE = "whole rows are gone: nothing in the file says how many there were"
CUT_IN_LAST_CELL = "cut inside its last cell: what is left is a good cell"
HEADERS_SWAPPED = "two headers swapped: each column takes all cells of the other"
CELL_FITS = "a cell became another that the column takes"
TOTAL_FITS = "a row named Total: what names a row may be any word"
HEADER_LOWER = "a row above the header of a table that is found is a title to whoever reads it"
LINES_REPEAT = "lines of the table may repeat"
MEMBER_GONE = "a member is gone: nothing in the ZIP says how many there were"
SPREAD = "a column that becomes a row is gone or renamed: the contract knows such columns by a pattern only"
MISREAD = "one letter in UTF-8: each of its bytes is a letter of the encoding that is promised"
INSIDE_QUOTES = "what was added stands inside quotes, or leaves whole cells"


@dataclass(frozen=True)
class Mutation:
    """One changed file. `must`: `read` where it must be read as if unchanged, `notice` where it must be refused or
    flagged even if its rows came out the same, '' where reading it right, refusing and flagging will all do.

    `meant`: a publisher may well write that, and it must be read as it now stands, or stopped; the rows it then has
    are told by `becomes`. `unseen` is why nothing inside the file can tell the change, '' where it must be told; then `becomes` gives, by
    number of part, the cells that an honest reader finds (None: the part is gone). `place` is what was changed, for
    the summary. `renamed`: members have other names, which the comparison leaves out; `placed`: every row stands where
    it stood, so that its ordinal is compared too.
    """

    name: str
    made: bytes | Callable[[], bytes]
    must: Literal["", "read", "notice"] = ""
    unseen: str = ""
    place: str = ""
    becomes: Mapping[int, list[list[str]] | None] = field(default_factory=dict)
    renamed: bool = False
    placed: bool = False
    meant: bool = False

    @property
    def data(self) -> bytes:
        """The file's bytes. Most are made only when asked for: writing a workbook takes longer than reading it."""
        return self.made if isinstance(self.made, bytes) else self.made()


Mutator = Callable[[Case, Part, random.Random], Iterator[Mutation]]


def changed(case: Case, part: Part, name: str, grid: Grid, *, unseen: str = "", place: str = "", **how) -> Mutation:
    """A mutation that puts another grid in a part."""
    becomes = becoming(case, part, text_grid(part, grid)) if unseen or how.get("meant") else {}
    if how.get("placed") and part.layout.find:
        # Where a table is found a blank row is none: a cell that is written into one makes a row, and moves the rest.
        how["placed"] = _blank_rows(part, grid) == _blank_rows(part, part.grid)
    return Mutation(name, lambda: case.with_grid(part, grid), unseen=unseen, place=place, becomes=becomes, **how)


def becoming(case: Case, part: Part, grid: list[list[str]]) -> dict[int, list[list[str]]]:
    """The cells of every part that stands on the same sheet or in the same text, by number of part."""
    return {
        number: grid
        for number, one in enumerate(case.parts)
        if (one.inside, one.sheet) == (part.inside, part.sheet)
    }  # fmt: skip


def _blank_rows(part: Part, grid: Grid) -> list[bool]:
    return [not any(map(str.strip, row)) for row in text_grid(part, grid)]


def some(rng: random.Random, items: list, count: int) -> list:
    return items if len(items) <= count else [items[at] for at in sorted(rng.sample(range(len(items)), count))]


def writable(part: Part, cell: object) -> bool:
    """Whether a part's encoding has the letters of a cell."""
    if not part.is_text:
        return True
    try:
        str(cell).encode(part.dialect.encoding)
    except UnicodeEncodeError:
        return False
    return True


def header_of(part: Part) -> list[str]:
    """The last row of the header, as wide as the table."""
    cells = [str(cell) for cell in part.grid[part.above - 1]]
    return cells + [""] * (width(part) - len(cells))


def body(part: Part) -> Grid:
    return part.grid[part.above : part.end]


def with_body(part: Part, rows: Grid) -> Grid:
    return [*part.grid[: part.above], *rows, *part.grid[part.end :]]


def with_header(part: Part, header: list) -> Grid:
    return [*part.grid[: part.above - 1], header, *part.grid[part.above :]]


def every_row(part: Part, change: Callable[[list], list]) -> Grid:
    """Header and rows of data changed alike; what stands above the header stays."""
    wide = width(part) if part.layout.find else 0
    rows = (list(row) + [""] * (wide - len(row)) for row in part.grid[part.top : part.end])
    return [*part.grid[: part.top], *(change(row) for row in rows), *part.grid[part.end :]]


def column_at(part: Part, position: int) -> Column | None:
    """The canonical column that a position of the file fills, None where it fills none."""
    names, spread = columns_of(part)
    name = part.layout.unpivot.value if position in spread else names[position]
    return part.table.column(name) if name else None


@lru_cache(maxsize=64)
def columns_of(part: Part) -> tuple[tuple[str | None, ...], dict[int, str]]:
    """The canonical column of each position of the file, and the header cells of those that become rows."""
    if part.layout.find:
        return part.found.names, part.found.spread
    if part.layout.positions:
        return part.layout.positions, {}
    names, spread = names_of([str(cell) for cell in part.grid[part.above - 1]], part.layout, {}, set())
    return tuple(names), spread


def width(part: Part) -> int:
    if part.layout.find:
        return len(part.found.names)
    return len(part.grid[part.above - 1] if part.above else part.grid[0])


# --- the header ---------------------------------------------------------------------------------------------------


def header_cells(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """Columns renamed, dropped, doubled, added, one by one."""
    if not part.above:
        return
    header, known = header_of(part), list(range(width(part)))
    named = [at for at in known if header[at].strip()]
    for at in some(rng, named, 2 * COLUMNS):
        name, how = header[at], _notice(part, at)
        if how is None:
            continue
        renamed = [*header[:at], f"{name}_X", *header[at + 1 :]]
        yield changed(case, part, f"column {name!r} renamed", with_header(part, renamed), **how)
        without = every_row(part, lambda row, at=at: row[:at] + row[at + 1 :])
        yield changed(case, part, f"column {name!r} dropped", without, **how)
    for at in some(rng, [at for at in named if _notice(part, at) is not None], 5):
        name = header[at]
        yield changed(
            case, part, f"column {name!r} doubled", every_row(part, lambda row, at=at: [*row, *row[at : at + 1]]),
            must="notice",
        )  # fmt: skip
        yield changed(
            case, part, f"only the header cell {name!r} dropped", with_header(part, header[:at] + header[at + 1 :]),
            must="notice",
        )  # fmt: skip
        for what, cell in (
            ("in another case", name.swapcase()), ("with a zero-width space", name + "\u200b"),
            ("blank", ""), ("padded", f" {name} "), ("with a no-break space before it", f"\u00a0{name}"),
        ):  # fmt: skip
            if cell != name and writable(part, cell):
                grid = with_header(part, [*header[:at], cell, *header[at + 1 :]])
                unseen = SPREAD if at in columns_of(part)[1] else ""
                yield changed(case, part, f"header {name!r} {what}", grid, unseen=unseen, place=name)
    digits = [
        at
        for at in named
        if any("{yy}" in one and part.layout.header_pattern(one).fullmatch(header[at]) for one in part.layout.columns)
    ]
    for at in digits[:2]:
        other = "".join("1" if sign == "2" else "2" if sign == "1" else sign for sign in header[at])
        if other != header[at]:
            grid = with_header(part, [*header[:at], other, *header[at + 1 :]])
            yield changed(case, part, f"header {header[at]!r} of another year", grid, must="notice")
    rows = iter(range(len(part.grid)))
    added = every_row(part, lambda row: [*row, "Note" if next(rows) == part.above - 1 - part.top else "x"])
    yield changed(case, part, "a column added at the end", added, must="notice")
    yield changed(case, part, "a blank column added at the end", every_row(part, lambda row: [*row, ""]))
    yield changed(case, part, "a blank column added at the start", every_row(part, lambda row: ["", *row]))


def _notice(part: Part, at: int) -> dict | None:
    """What must become of a file whose column is gone or renamed; None where the layout says that it may be."""
    names, spread = columns_of(part)
    if at in spread:
        return dict(unseen=SPREAD, place=header_of(part)[at])
    free = part.layout.find and (at in {number_of(letter) for letter in part.layout.find.letters})
    if free or (part.layout.alternatives and (names[at] is None or names[at] in part.layout.optional)):
        return None
    return dict(must="notice")


def header_row(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """The header gone, lower, doubled, or parted in two."""
    if not part.above:
        header = [f"Column {at + 1}" for at in range(width(part))]
        yield changed(case, part, "a header added", [header, *part.grid])
        return
    header, rows = header_of(part), body(part)
    yield changed(
        case, part, "the header removed", [*part.grid[: part.above - 1], *part.grid[part.above :]], must="notice"
    )
    title = ["Table 1: as published", *[""] * (len(header) - 1)]
    yield changed(case, part, "a title above the header", [title, *part.grid])
    yield changed(case, part, "a blank row above the header", [[""] * len(header), *part.grid])
    lower = [*part.grid[: part.above - 1], rows[0], header, *part.grid[part.above + 1 :]]
    yield changed(case, part, "the header below the first row", lower, unseen=HEADER_LOWER if part.layout.find else "")
    yield changed(case, part, "the header twice", with_body(part, [header, *rows]))
    middle = len(rows) // 2
    yield changed(
        case, part, "the header again further down", with_body(part, [*rows[:middle], header, *rows[middle:]])
    )
    units = ["", *["Number"] * (len(header) - 1)]
    yield changed(case, part, "a row of units below the header", with_body(part, [units, *rows]))
    numbers = [str(at + 1) for at in range(len(header))]
    yield changed(case, part, "a row of column numbers below the header", with_body(part, [numbers, *rows]))


def swapped_columns(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """The names of two columns swapped; without a header, their cells."""
    at_all = [at for at in range(width(part)) if column_at(part, at)]
    pairs = [(one, other) for number, one in enumerate(at_all) for other in at_all[number + 1 :]]
    alike = [pair for pair in pairs if len({column_at(part, at).type for at in pair}) == 1]
    chosen = dict.fromkeys([*some(rng, alike, SWAPS), *some(rng, pairs, SWAPS // 3)])
    for one, other in chosen:

        def swap(row: list, one: int = one, other: int = other) -> list:
            row[one], row[other] = row[other], row[one]
            return row

        place = " <-> ".join(_called(part, at) for at in (one, other))
        grid = with_header(part, swap(list(header_of(part)))) if part.above else [swap(list(row)) for row in part.grid]
        yield changed(case, part, f"{place} swapped", grid, unseen=HEADERS_SWAPPED, place=place)


def _called(part: Part, at: int) -> str:
    return header_of(part)[at] if at in columns_of(part)[1] else column_at(part, at).name


def column_order(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """Columns in another order: found by name where there is a header."""
    order = list(range(width(part)))
    rng.shuffle(order)
    ragged = any(len(row) != len(order) for row in part.grid[part.top : part.end])
    # Headings that reach over columns, letters and columns of one name hold for one order only.
    fixed = part.above - part.top > 1 or (part.layout.find and part.layout.find.letters) or part.layout.repeats
    if ragged or fixed or len(order) < 2:
        return
    for what, wanted in (("reversed", sorted(order, reverse=True)), ("shuffled", order)):
        grid = every_row(part, lambda row, wanted=wanted: [row[at] for at in wanted])
        yield changed(case, part, f"columns {what}", grid, must="read" if part.above else "notice", placed=True)


# --- rows ---------------------------------------------------------------------------------------------------------


def rows_moved(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """Rows gone, doubled, in another order."""
    rows = body(part)
    if not (part.layout.find and part.layout.find.fill_down):
        yield changed(case, part, "rows reversed", with_body(part, rows[::-1]), must="read")
    yield changed(case, part, "the last row dropped", with_body(part, rows[:-1]), unseen=ROWS_GONE)
    at = rng.randrange(len(rows))
    yield changed(case, part, f"row {at + 1} dropped", with_body(part, rows[:at] + rows[at + 1 :]), unseen=ROWS_GONE)
    if len(rows) > 3:
        yield changed(case, part, "the second half dropped", with_body(part, rows[: len(rows) // 2]), unseen=ROWS_GONE)
    yield changed(case, part, "no rows", with_body(part, []), must="notice")
    twice = dict(unseen=LINES_REPEAT) if part.table.lines_repeat else dict(must="notice")
    yield changed(case, part, "the body twice", with_body(part, rows + rows), **twice)
    yield changed(case, part, f"row {at + 1} twice", with_body(part, [*rows, rows[at]]), **twice)


def rows_added(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """Totals, footnotes and blank rows, as a person's spreadsheet adds them."""
    rows, count = body(part), width(part)
    columns = [column_at(part, at) for at in range(count)]
    texts = [at for at, column in enumerate(columns) if column is None or column.type == "text"]
    numbers = [at for at, column in enumerate(columns) if column and column.type in ("integer", "decimal")]
    keys = [at for at in texts if columns[at] and columns[at].name in part.table.keys]
    total = ["1" if at in numbers else "" for at in range(count)]
    if texts:
        total[texts[0]] = "Total"
    yield changed(case, part, "a total row at the end", with_body(part, [*rows, total]), must="notice")
    if keys:
        like = [*rows[-1], *[""] * (count - len(rows[-1]))]
        for at in keys:
            like[at] = "Total"
        grid = with_body(part, [*rows, like])
        yield changed(case, part, "a total row that fills all cells", grid, **_total(part, columns, keys))
        first = [*rows[-1], *[""] * (count - len(rows[-1]))]
        first[keys[0]] = "Total"
        grid = with_body(part, [first, *rows])
        yield changed(case, part, "a total row at the start", grid, **_total(part, columns, keys[:1]))
    note = ["Source: NHS England", *[""] * (count - 1)]
    yield changed(case, part, "a footnote row", with_body(part, [*rows, [""] * count, note]), must="notice")
    blank = [""] * count
    middle = len(rows) // 2
    yield changed(case, part, "a row of blank cells", with_body(part, [*rows[:middle], blank, *rows[middle:]]))
    yield changed(case, part, "rows of blank cells at the end", with_body(part, [*rows, blank, blank]))


def _total(part: Part, columns: list[Column | None], keys: list[int]) -> dict:
    """What must become of a row with Total in some keys: it must be noticed, unless all of them take any such word."""
    for at in keys:
        try:
            values(columns[at], "Total", part.table.markers)
        except BadCell:
            return dict(must="notice")
    return dict(unseen=TOTAL_FITS, place=" and ".join(columns[at].name for at in keys))


def row_width(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """One row of a CSV with a cell too many or too few, or moved by one."""
    if not part.is_text:
        return
    rows = body(part)
    at = rng.randrange(len(rows))
    row = rows[at]
    for what, cells in (
        ("a blank cell too many", [*row, ""]), ("a cell too many", [*row, "x"]), ("a cell too few", row[:-1]),
        ("its first cell gone", row[1:]), ("all cells moved right, the last lost", ["", *row[:-1]]),
        ("all cells moved left, the last blank", [*row[1:], ""]), ("one cell", row[:1]),
    ):  # fmt: skip
        if len(cells) and cells != row:
            gone = "" if any(str(cell).strip() for cell in cells) else ROWS_GONE
            grid = with_body(part, [*rows[:at], cells, *rows[at + 1 :]])
            yield changed(case, part, f"row {at + 1}: {what}", grid, unseen=gone)
    yield changed(case, part, "every row a blank cell longer", with_body(part, [[*row, ""] for row in rows]))


# --- cells --------------------------------------------------------------------------------------------------------

# Other ways to write a number.
MEANT = {"thousands commas", "zeros before", "point zero"}
# What no cell of a published file means to hold: always a fault, whatever the rules of its column.
INVISIBLE = {"zero-width space": "\u200b", "soft hyphen": "\u00ad", "sign for an unknown byte": "\ufffd"}


def cells(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """One cell at a time, in several columns: what keyboards, spreadsheets and locales make of it."""
    rows = body(part)
    filled = [
        at
        for at in range(width(part))
        if column_at(part, at) and any(at < len(row) and str(row[at]).strip() for row in rows)
    ]
    keys = [at for at in filled if column_at(part, at).name in part.table.keys]
    others = [at for at in filled if at not in keys and column_at(part, at).type != "text"]
    texts = [at for at in filled if at not in keys and at not in others]
    for at in dict.fromkeys([*some(rng, keys, COLUMNS), *some(rng, others, 5), *some(rng, texts, 5)]):
        column = column_at(part, at)
        candidates = [number for number, row in enumerate(rows) if at < len(row) and str(row[at]).strip()]
        number = rng.choice(candidates)
        cell = text_grid(part, [rows[number]])[0][at]
        kinds = {kind: other for kind, other in _other_cells(column, cell) if writable(part, other)}
        for kind in some(rng, list(kinds), CELLS_OF):
            yield _with_cell(case, part, number, at, column, kind, kinds[kind])
        if column.type == "text":
            kind = rng.choice([one for one, sign in INVISIBLE.items() if writable(part, sign)])
            yield _with_cell(case, part, number, at, column, kind, cell[:1] + INVISIBLE[kind] + cell[1:], told=True)
    if (texts or keys) and writable(part, "\u200b"):
        at = rng.choice(texts or keys)
        yield _with_cell(case, part, 0, at, column_at(part, at), "nothing but a zero-width space", "\u200b", told=True)


def _with_cell(
    case: Case, part: Part, number: int, at: int, column: Column, kind: str, cell: object, *, told: bool = False
) -> Mutation:
    rows = body(part)
    grid = with_body(part, [*rows[:number], [*rows[number][:at], cell, *rows[number][at + 1 :]], *rows[number + 1 :]])
    meant = kind in MEANT
    unseen = "" if told or meant else CELL_FITS
    place = f"{column.name}: {kind}" if unseen else ""
    name = f"row {number + 1}, {column.name}: {kind} {str(cell)[:40]!r}"
    return changed(case, part, name, grid, unseen=unseen, place=place, placed=True, meant=meant)


def _other_cells(column: Column, cell: str) -> Iterator[tuple[str, object]]:
    """What a cell may be spoilt into: kind and new cell, never the cell itself."""
    found = {"integer": _numbers, "decimal": _numbers, "month": _days, "date": _days}.get(column.type, _texts)
    for kind, other in (*found(column, cell), ("blank", ""), ("#REF!", "#REF!"), ("NULL", "NULL"), ("-", "-")):
        if other != cell:
            yield kind, other


def _texts(column: Column, cell: str) -> Iterator[tuple[str, object]]:
    yield "another case", cell.swapcase()
    yield "cut by a letter", cell[:-1]
    yield "no-break spaces around", f"\u00a0{cell}\u00a0"
    yield "no-break space inside", f"{cell[:1]}\u00a0{cell[1:]}"
    yield "tabs around", f"\t{cell}\t"
    yield "an apostrophe before", f"'{cell}"
    yield "a letter more", cell + "X"
    if "0" in cell:
        yield "O for 0", cell.replace("0", "O", 1)
        yield "zeros at the start lost", cell.lstrip("0")
    if "1" in cell:
        yield "l for 1", cell.replace("1", "l", 1)
    for latin, greek in (("A", "А"), ("E", "Е"), ("C", "С"), ("H", "Н")):
        if latin in cell:
            yield "a Cyrillic letter", cell.replace(latin, greek, 1)
            break
    if cell[:1].isdigit():
        yield "as Excel reads it", "1.50E+01"
    if cell.isascii() and cell.isalpha():
        yield "full-width letters", "".join(chr(ord(sign) + 0xFEE0) for sign in cell)


def _numbers(column: Column, cell: str) -> Iterator[tuple[str, object]]:
    plain = cell.replace(",", "").lstrip("+")
    digits = plain.lstrip("-").split(".")[0]
    if not digits.isdigit():
        return
    yield "thousands commas", f"{int(digits) + 1_234_000:,}"
    yield "a comma out of place", f"{digits},1"
    yield "a decimal comma", f"{digits},25"
    yield "a decimal", f"{digits}.5"
    yield "many decimals", f"{digits}.12345678901"
    yield "an exponent", f"{digits}E+02"
    yield "a negative", f"-{int(digits) + 1}"
    yield "a minus sign of Unicode", f"\u2212{digits}"
    yield "brackets", f"({digits})"
    yield "a blank inside", f"{digits[:1]} {digits[1:]}0"
    yield "a thin space for thousands", f"1\u2009{digits.zfill(3)[-3:]}"
    yield "a pound sign", f"£{digits}"
    yield "a percent sign", f"{digits}%"
    yield "a footnote mark", f"{digits}*"
    yield "a letter O", digits[:-1] + "O"
    yield "zeros before", f"00{plain}"
    yield "point zero", f"{digits}.0"
    yield "a marker nobody declared", ".."
    yield "n/a", "n/a"
    yield "not a number", "NaN"
    yield "infinity", "inf"
    yield "Arabic digits", digits.translate({ord(str(one)): 0x0660 + one for one in range(10)})
    yield "full-width digits", digits.translate({ord(str(one)): 0xFF10 + one for one in range(10)})
    yield "hexadecimal", f"0x{int(digits):x}"
    yield "an underscore", f"1_{digits}"
    yield "too large", "9" * 40


def _days(column: Column, cell: str) -> Iterator[tuple[str, object]]:
    try:
        day = values(column, cell, {})[0]
    except BadCell:
        return
    if not isinstance(day, date):
        return
    for kind, form in (
        ("ISO", "%Y-%m-%d"), ("ISO month", "%Y-%m"), ("British", "%d/%m/%Y"), ("American", "%m/%d/%Y"),
        ("two-digit year", "%d/%m/%y"), ("in words", "%d %B %Y"), ("as Excel shows it", "%b-%y"), ("compact", "%Y%m%d"),
        ("with a time", "%Y-%m-%d 00:00:00"), ("month and year", "%B %Y"), ("no separators", "%d%b%Y"),
        ("dashes", "%d-%b-%y"),
    ):  # fmt: skip
        yield f"written {kind}", day.strftime(form)
    yield "as a serial number", str((day - date(1899, 12, 30)).days)
    yield "a day that does not exist", cell.replace(str(day.day).zfill(2), "31").replace("Jan", "Feb")
    for form in column.formats:
        swapped = _day_and_month_swapped(day, form)
        if swapped:
            yield "day and month swapped", swapped
        moved = (day.replace(day=1) + timedelta(days=7)).strftime(form.replace("%-", "%"))
        yield "the 8th", moved


def _day_and_month_swapped(day: date, form: str) -> str:
    """The day written with day and month in each other's place; '' where the format names the month."""
    if not any(code in form for code in ("%m", "%-m")) or not any(code in form for code in ("%d", "%-d")):
        return ""
    marks = str.maketrans("md", "dm")
    other = "".join(part.translate(marks) if part.startswith("%") else part for part in _parts(form))
    return day.strftime(other.replace("%-", "%"))


def _parts(form: str) -> list[str]:
    return re.split(r"(%-?.)", form)


def awkward_cells(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """Cells that need quotes, written as CSV writes them, in one row and in all: the reader must not lose its place."""
    rows = body(part)
    texts = [at for at in range(width(part)) if (column := column_at(part, at)) and column.type == "text"]
    free = [at for at in texts if not (column_at(part, at).pattern or column_at(part, at).allowed)] or texts
    if not free:
        return
    delimiter = part.dialect.delimiter if part.is_text else ","
    awkward = {
        "a delimiter": lambda cell: f"{cell}{delimiter} of old", "a delimiter first": lambda cell: delimiter + cell,
        "a quote inside": lambda cell: f'{cell} "the old"', "quotes around": lambda cell: f'"{cell}"',
        "a quote first": lambda cell: f'"{cell}', "a quote last": lambda cell: f'{cell}"',
        "a line end": lambda cell: f"{cell}\nand son", "a Windows line end": lambda cell: f"{cell}\r\nand son",
        "blanks and tabs around": lambda cell: f" \t {cell}  ", "all of them": lambda cell: f'"{cell}"{delimiter}"\r\n""x',
        "two blanks": lambda cell: f"{cell}  {cell}", "a very long text": lambda cell: f"{cell} " + "and son " * 3000,
    }  # fmt: skip
    for kind, change in awkward.items():
        at = rng.choice(free)
        chosen = {rng.randrange(len(rows))} if rng.random() < 0.6 else set(range(0, len(rows), rng.choice((1, 2, 7))))
        new = [
            [*row[:at], change(str(row[at])), *row[at + 1 :]] if number in chosen and at < len(row) else row
            for number, row in enumerate(rows)
        ]
        name = f"{column_at(part, at).name}: {kind} in {len(chosen)} rows"
        yield changed(case, part, name, with_body(part, new), placed=len(chosen) == 1, meant=True)


def swapped_days(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """Day and month swapped in a whole column of days, wherever both readings are days."""
    rows = text_grid(part, body(part))
    for at in range(width(part)):
        column = column_at(part, at)
        if column is None or column.type not in ("date", "month"):
            continue
        swapped = 0
        changed_rows = [list(row) for row in (body(part))]
        for number, row in enumerate(rows):
            if at >= len(row):
                continue
            try:
                day = values(column, row[at], {})[0]
            except BadCell:
                continue
            form = next((one for one in column.formats if isinstance(day, date) and _written(day, one) == row[at]), "")
            other = _day_and_month_swapped(day, form) if form else ""
            if other and other != row[at]:
                changed_rows[number][at] = other
                swapped += 1
        if swapped:
            grid = with_body(part, changed_rows)
            place = f"{column.name}: day and month swapped in all cells"
            yield changed(case, part, place, grid, unseen=CELL_FITS, place=place)


def _written(day: date, form: str) -> str:
    return day.strftime(form)


# --- people -------------------------------------------------------------------------------------------------------


def people(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """In a file of people: what identifies one, written otherwise, mistyped, or in a wrong column."""
    if case.contract.person_level is not True:
        return
    rows = body(part)
    for at in range(width(part)):
        column, number = column_at(part, at), rng.randrange(len(rows))
        cell = text_grid(part, [rows[number]])[0][at]
        for kind, other, how in _identities(column, cell, real=case.real) if column else ():
            if other != cell:
                row = [*rows[number][:at], other, *rows[number][at + 1 :]]
                grid = with_body(part, [*rows[:number], row, *rows[number + 1 :]])
                yield changed(case, part, f"row {number + 1}, {column.name}: {kind}", grid, placed=True, **how)


def _identities(column: Column, cell: str, *, real: bool) -> Iterator[tuple[str, str, dict]]:
    """Kind, other cell and what must become of it."""
    notice, read = dict(must="notice"), dict(must="read")
    somebody = next(f"61234567{end}" for end in range(10, 100) if has_check_digit(f"61234567{end}"))
    if not column.identifies:
        yield "an NHS Number", somebody, notice
        yield "an NHS Number with blanks", f"{somebody[:3]} {somebody[3:6]} {somebody[6:]}", notice
        yield "a postcode", "XZ1 1AB", notice
        return
    if fate(column) == "pseudonym" and column.identifies == "local_id":
        yield "an NHS Number", somebody, notice
    if column.identifies == "pseudonym":
        yield "an NHS Number", somebody, notice
    digits = digits_of(cell)
    if column.identifies == "nhs_number" and digits:
        yield "with blanks", f"{digits[:3]} {digits[3:6]} {digits[6:]}", read
        yield "with hyphens", f"{digits[:3]}-{digits[3:6]}-{digits[6:]}", read
        yield "with two kinds of sign", f"{digits[:3]}-{digits[3:6]} {digits[6:]}", notice
        yield "another last digit", digits[:-1] + str((int(digits[-1]) + 1) % 10), notice
        yield "a number from guidance", "4010232137", notice
        yield "one digit ten times", "4" * 10, notice
        of_tests = next(f"99912345{end}" for end in range(10, 100) if has_check_digit(f"99912345{end}"))
        yield (
            "a number for tests" if real else "a number that somebody may have",
            of_tests if real else somebody,
            notice,
        )
    if fate(column) == "age_band":
        yield "a day to come", "2999-12-31", notice
        yield "a day before anybody lives", "1850-01-01", notice
        yield "a band that is none", "20-29", notice
    if fate(column) == "lsoa":
        yield "half a postcode", "XZ1", notice
        if cell and not cell.startswith(("E01", "W01")):
            yield "in small letters without a blank", "".join(cell.split()).lower(), read
            yield "a postcode that is not known", "XZ8 8AB", dict(unseen=CELL_FITS, place=f"{column.name}: not known")


# --- text as bytes ------------------------------------------------------------------------------------------------


def spellings(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """The same cells written otherwise: line ends, quotes, byte order mark."""
    if not part.is_text:
        return
    how, grid = part.dialect, part.grid
    other_end = "\n" if how.line_end == "\r\n" else "\r\n"

    def written(name: str, must: str = "read", **change) -> Mutation:
        return Mutation(name, case.with_bytes(part, text_bytes(grid, replace(how, **change))), must=must, placed=True)

    plain = text_of(grid, how)
    yield written("other line ends", line_end=other_end)
    yield written("line ends of an old Macintosh", must="", line_end="\r")
    yield written("every cell quoted" if not how.quoted else "only cells quoted that need it", quoted=not how.quoted)
    yield written("the last line end off or on", must="", ended=not how.ended)
    if how.encoding == "utf-8":
        yield written("a byte order mark off or on", bom=not how.bom)
    lines = plain.split(how.line_end)
    padded = [*grid[: part.above], *([f" {cell}  " for cell in row] for row in body(part))]
    yield Mutation("blanks around every cell", case.with_grid(part, padded), must="read", placed=True)
    for name, text in (
        ("empty lines at the end", plain + how.line_end * 3),
        ("an empty line below the header", how.line_end.join([*lines[:1], "", *lines[1:]])),
        ("an empty line at the top", how.line_end + plain),
        ("line ends of two kinds", plain.replace(how.line_end, other_end, 3)),
    ):
        yield Mutation(name, case.with_bytes(part, text.encode(how.encoding)), must="")


# What a spot of UTF-8 becomes in a text of one byte a letter.
MISREADABLE = ("a UTF-8 letter", "a byte order mark inside")


def encodings(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """Bytes of another encoding, in the whole or in a spot."""
    if not part.is_text:
        return
    how = part.dialect
    plain = case.bytes_of(part)
    text = plain.decode(how.encoding)
    spot = _spot_in_a_name(part, plain, rng)

    def at_spot(extra: bytes) -> bytes:
        return plain[:spot] + extra + plain[spot:]

    # A half of two bytes a sign, inserted at a character's edge.
    half = len(text[: len(text) // 2].encode(how.encoding))
    found = {
        "UTF-16": text.encode("utf-16"), "UTF-16 without a mark": text.encode("utf-16-le"),
        "half in UTF-16": plain[:half] + plain[half:].decode(how.encoding).encode("utf-16-le"),
        "a NUL byte": at_spot(b"\x00"), "Ctrl-Z at the end": plain + b"\x1a",
        "a control sign in a cell": at_spot(b"\x01"), "a byte order mark inside": at_spot(BOM.encode()),
    }  # fmt: skip
    if how.encoding == "utf-8":
        found |= {
            "a dash of windows-1252": at_spot(b"\x96"), "a cut UTF-8 sign": at_spot("é".encode()[:1]),
            "an overlong UTF-8 sign": at_spot(b"\xc0\xaf"), "half a surrogate pair": at_spot(b"\xed\xa0\x80"),
        }  # fmt: skip
    else:
        found["UTF-8"] = text.encode("utf-8")
        found["a UTF-8 letter"] = at_spot("é".encode())
    for name, data in found.items():
        if data == plain:
            continue
        how_else: dict = {}
        other = next((one.encoding for one in part.table.layouts if not one.encoding.startswith("utf-")), "")
        if name == "a dash of windows-1252" and other:
            how_else = dict(
                unseen=MISREAD, becomes=becoming(case, part, _records(data.decode(other, "replace"), how.delimiter))
            )
        if how.encoding != "utf-8" and not how.encoding.startswith("utf-16") and name in MISREADABLE:
            text = data.decode(how.encoding, "replace")
            how_else = dict(unseen=MISREAD, becomes=becoming(case, part, _records(text, how.delimiter)))
        yield Mutation(name, case.with_bytes(part, data), **how_else)


def _spot_in_a_name(part: Part, data: bytes, rng: random.Random) -> int:
    """An offset inside a cell of text below the header, away from line ends, commas and quotes."""
    start = len(text_bytes(part.grid[: part.above], part.dialect))
    letters = string.ascii_letters.encode()
    good = [
        at for at in range(start, min(len(data) - 1, start + 20_000)) if data[at] in letters and data[at - 1] in letters
    ]
    return rng.choice(good or [start])


def delimiters(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """Other delimiters, and lines and quotes gone wrong."""
    if not part.is_text:
        return
    how = part.dialect

    def written(name: str, text: str, **more) -> Mutation:
        return Mutation(name, case.with_bytes(part, text.encode(how.encoding)), **more)

    for name, delimiter in (("semicolons", ";"), ("tabs", "\t"), ("pipes", "|"), ("commas", ",")):
        if delimiter != how.delimiter:
            yield written(f"{name} for delimiters", text_of(part.grid, replace(how, delimiter=delimiter)))
    plain = text_of(part.grid, how)
    lines = plain.split(how.line_end)
    top, at = part.above, part.above + rng.randrange(max(len(body(part)) - 2, 1))
    yield written("a line `sep=,` above", f"sep=,{how.line_end}{plain}")
    joined = [*lines[:at], lines[at] + lines[at + 1], *lines[at + 2 :]] if len(lines) > at + 1 else lines
    yield written("two rows on one line", how.line_end.join(joined), must="notice" if joined != lines else "")
    for name, change in (
        ("a stray quote in a cell", lambda line: line.replace(how.delimiter, f'"{how.delimiter}', 1)),
        ("a quote that never ends", lambda line: '"' + line.lstrip('"')),
        ("a line end inside a row", lambda line: line[: len(line) // 2] + how.line_end + line[len(line) // 2 :]),
        ("a delimiter inside a row", lambda line: line[: len(line) // 2] + how.delimiter + line[len(line) // 2 :]),
        ("blanks around every comma", lambda line: line.replace(how.delimiter, f" {how.delimiter} ")),
        ("a line of other text", lambda line: line + how.line_end + "<!-- page 2 -->"),
    ):
        text = how.line_end.join([*lines[:at], change(lines[at]), *lines[at + 1 :]])
        becomes = becoming(case, part, _records(text, how.delimiter))
        yield written(f"line {at + 1}: {name}", text, unseen=INSIDE_QUOTES, becomes=becomes)
    whole = how.line_end.join(lines)
    again = whole + ("" if how.ended else how.line_end) + whole.removeprefix(BOM)
    if not part.table.lines_repeat or top:  # with a header, the header stands among the rows
        yield written("the whole text twice", again, must="notice")
    if top and len(lines) > 4:
        yield written("its first half missing", plain[len(plain) // 2 :])


def cut_short(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """A text cut at several places: in a row, in its last cell, and at a line's end."""
    if not part.is_text:
        return
    how = part.dialect
    plain = text_of(part.grid, how)
    first = len(text_of(part.grid[: part.above], replace(how, ended=True)))
    ends = [at for at in range(first + 1, len(plain) - 2) if plain.startswith(how.line_end, at)]
    places = {("anywhere", rng.randrange(first + 1, len(plain) - 1)) for _ in range(CUTS)}
    for end in some(rng, ends, 2):
        places |= {
            ("at a line's end", end + len(how.line_end)),
            ("before a line's end", end),
            ("in a last cell", end - 1),
        }
    places |= {("in the header", max(first // 2, 1)), ("in the very last cell", len(plain.rstrip()) - 1)}
    for what, at in sorted(places):
        text = plain[:at]
        unseen = ROWS_GONE if what in ("at a line's end", "before a line's end") else CUT_IN_LAST_CELL
        yield Mutation(
            f"cut {what}, at sign {at}", case.with_bytes(part, text.encode(how.encoding)), unseen=unseen,
            becomes=becoming(case, part, _records(text, how.delimiter)),
        )  # fmt: skip


def _records(text: str, delimiter: str) -> list[list[str]]:
    try:
        return [
            one
            for one in csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=delimiter, strict=True)
            if one
        ]
    except csv.Error:
        return []


# --- the file as a whole ------------------------------------------------------------------------------------------

WEB_PAGE = b"<!DOCTYPE html>\n<html><head><title>404, not found</title></head>\n<body>Gone, for good</body></html>\n"


def other_files(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """Something else under the file's name."""
    if part is not case.parts[0]:
        return
    plain = case.data
    yield Mutation("an empty file", b"", must="notice")
    yield Mutation("blank lines only", b" \r\n\r\n", must="notice")
    yield Mutation("a web page", WEB_PAGE, must="notice")
    yield Mutation("an error in JSON", b'{"error": {"code": 503, "message": "busy"}}\n', must="notice")
    yield Mutation("packed by gzip", gzip.compress(plain, mtime=0), must="notice")
    yield Mutation("random bytes", bytes(rng.randrange(256) for _ in range(2000)), must="notice")
    yield Mutation("an empty ZIP", b"PK\x05\x06" + bytes(18), must="notice")
    if part.is_text:
        sheet = {"Sheet1": [list(row) for row in part.grid]}
        yield Mutation("saved as a workbook", workbook_bytes(sheet), renamed=True)
        if not part.inside:
            yield Mutation("put into a ZIP", zip_bytes({case.name: plain}), renamed=True)
            yield Mutation("only its header", text_bytes(part.grid[: part.above], part.dialect), must="notice")
    else:
        text = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in text_grid(part)) + "\r\n"
        yield Mutation("saved as CSV", text.encode(), renamed=True)


def damaged(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """A ZIP or workbook with bytes lost, changed or repeated. Its checksums must tell."""
    if part is not case.parts[0] or not (case.members or case.sheets):
        return
    plain = case.data
    for share in (0.02, 0.3, 0.7, 0.97, 0.999):
        yield Mutation(f"cut to {share:.1%} of its bytes", plain[: int(len(plain) * share)], must="notice")
    yield Mutation("its first bytes lost", plain[10:], must="notice")
    for _ in range(8):
        at, mask = rng.randrange(len(plain)), rng.randrange(1, 256)
        yield Mutation(f"byte {at} changed", plain[:at] + bytes([plain[at] ^ mask]) + plain[at + 1 :])
    at = len(plain) // 2
    yield Mutation("512 bytes of zeros inside", plain[:at] + bytes(512) + plain[at + 512 :])
    yield Mutation("bytes added at the end", plain + b"\r\n\r\n")


# --- ZIPs ---------------------------------------------------------------------------------------------------------


def members(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """Members lost, doubled, renamed, added, emptied, nested."""
    if not case.members or part is not case.parts[0]:
        return
    held, layout, name = dict(case.members), part.layout, part.inside
    data = held[name]
    rest = {one: each for one, each in held.items() if one != name}
    lost = {number: None for number, one in enumerate(case.parts) if one.inside == name}
    yield Mutation("a member lost", zip_bytes(rest), unseen=MEMBER_GONE, becomes=lost)
    fitting = layout.members.replace("*", "Zz_copy").replace("?", "z").replace("[0-9]", "9")
    if fnmatchcase(fitting, layout.members) and fitting != name:
        yield Mutation("a member again under another name", zip_bytes({**held, fitting: data}), must="notice")
        yield Mutation("a member renamed as others are", zip_bytes({**rest, fitting: data}), renamed=True)
    yield Mutation("a member renamed otherwise", zip_bytes({**rest, f"copy of {name}": data}), renamed=True)
    yield Mutation("a member renamed to .txt", zip_bytes({**rest, name.rsplit(".", 1)[0] + ".txt": data}), renamed=True)
    yield Mutation("all in a folder", zip_bytes({f"release/{one}": each for one, each in held.items()}), renamed=True)
    yield Mutation("members in another order", zip_bytes(dict(reversed(held.items()))), must="read")
    yield Mutation("a comment on the ZIP", zip_bytes(held, comment=b"published"), must="read")
    yield Mutation("an entry for a folder", zip_bytes({"release/": b"", **held}))
    yield Mutation("a stray readme", zip_bytes({**held, "README.txt": b"read me"}))
    yield Mutation("what a Macintosh adds", zip_bytes({**held, f"__MACOSX/._{name}": b"\x00\x05\x16\x07"}))
    yield Mutation("a path outside", zip_bytes({**held, f"../{name}": data}), must="notice")
    yield Mutation("an empty member", zip_bytes({**held, name: b""}), must="notice")
    yield Mutation("a web page for a member", zip_bytes({**held, name: WEB_PAGE}), must="notice")
    yield Mutation("a ZIP in the ZIP", zip_bytes({"release.zip": zip_bytes(held)}), must="notice")
    yield Mutation("a ZIP for a member", zip_bytes({**held, name: zip_bytes({name: data})}), must="notice")
    other = next((one for one in case.parts if one.inside != name and one.layout == part.layout), None)
    if other:
        doubled = zip_bytes({**held, name: held[other.inside]})
        yield Mutation("a member with the rows of another", doubled, must="notice")
    yield Mutation("a member twice under one name", _twice(held, name), must="notice")
    yield Mutation("a member said to be encrypted", _flagged(zip_bytes(held)), must="notice")


def _twice(held: Mapping[str, bytes], name: str) -> bytes:
    out = io.BytesIO(zip_bytes(held))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archived, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archived.writestr(name, held[name])
    return out.getvalue()


def _flagged(data: bytes) -> bytes:
    """The first member's flag of encryption set, in its own header and in the list at the end."""
    changed = bytearray(data)
    changed[6] |= 1
    changed[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


# --- workbooks ----------------------------------------------------------------------------------------------------


def sheets(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """Sheets added, hidden, renamed; numbers as text and text as numbers; blank rows and columns."""
    if not part.is_sheet:
        return
    book = dict(case.sheets_of(part))
    others = {name: grid for name, grid in book.items() if name != part.sheet}

    def made(name: str, grids: Mapping[str, Grid], must: str = "", **how) -> Mutation:
        renamed = how.pop("renamed", False)
        return Mutation(name, lambda: case.with_bytes(part, workbook_bytes(grids, **how)), must=must, renamed=renamed)

    yield made("saved again", book, must="read")
    yield made("a hidden sheet added", {**book, "Lookup": [["A", 1.0], ["B", 2.0]]}, hidden=("Lookup",))
    yield made("a sheet of notes first", {"Cover": [["Published by"], ["NHS England"]], **book})
    yield made("the sheet hidden", {"Cover": [["x"]], **book}, hidden=(part.sheet,))
    yield made("the sheet renamed", {**others, "Sheet1": part.grid}, renamed=True)
    copied = (part.sheet[:28] + " 2")[:31]
    yield made("the sheet copied", {**book, copied: part.grid})
    yield made("the sheet empty", {**book, part.sheet: []}, must="notice")
    as_texts = [list(row) for row in text_grid(part)]
    yield made("numbers as text", {**book, part.sheet: as_texts})
    numbers = [[_as_number(cell) if at >= part.above else cell for cell in row] for at, row in enumerate(part.grid)]
    yield made("text that looks like numbers as numbers", {**book, part.sheet: numbers})
    yield made("a blank column first", {**book, part.sheet: [["", *row] for row in part.grid]})
    yield made("blank columns after", {**book, part.sheet: [[*row, "", ""] for row in part.grid]})
    yield made("blank rows after", {**book, part.sheet: [*part.grid, [], []]})
    yield made("a footnote far below", {**book, part.sheet: [*part.grid, [], [], ["1. Provisional figures."]]})
    yield from _typed_cells(case, part, rng)
    without = _without_cached_values(case.bytes_of(part))
    if without:
        yield Mutation("a cell's formula without its value", case.with_bytes(part, without))


def _as_number(cell: object) -> object:
    if isinstance(cell, str) and cell.isascii() and cell.isdigit():
        return float(cell)
    return cell


def _typed_cells(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """A cell of another type than its column's."""
    rows = body(part)
    for at in some(rng, [at for at in range(width(part)) if column_at(part, at)], 5):
        column, number = column_at(part, at), rng.randrange(len(rows))
        for kind, cell in (
            ("a day", date(2025, 3, 4)), ("a truth value", True), ("a number", 12345.678), ("a fraction", 0.375),
        ):  # fmt: skip
            if at < len(rows[number]) and rows[number][at] != cell:
                yield _with_cell(case, part, number, at, column, kind, cell)


def _without_cached_values(data: bytes) -> bytes:
    """A workbook whose last number of the first sheet became a formula that nobody computed; b'' where there is none."""
    held = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archived:
        held = {info.filename: archived.read(info) for info in archived.infolist()}
    name = "xl/worksheets/sheet1.xml"
    xml = held.get(name, b"")
    found = list(re.finditer(rb"<v>[0-9.]+</v></c>", xml))
    cells = [match for match in found if b't="s"' not in xml[xml.rindex(b"<c ", 0, match.start()) : match.start()]]
    if not cells:
        return b""
    last = cells[-1]
    held[name] = xml[: last.start()] + b"<f>1+1</f></c>" + xml[last.end() :]
    return zip_bytes(held)


def errors(case: Case, part: Part, rng: random.Random) -> Iterator[Mutation]:
    """A cell with an error value, as a broken formula leaves it."""
    if not part.is_sheet or part.layout.error_cells == "blank":
        return
    data = case.bytes_of(part)
    with zipfile.ZipFile(io.BytesIO(data)) as archived:
        held = {info.filename: archived.read(info) for info in archived.infolist()}
    number = list(case.sheets_of(part)).index(part.sheet) + 1
    name = f"xl/worksheets/sheet{number}.xml"
    xml = held[name]
    starts = [at for at in range(len(xml)) if xml.startswith(b"<c r=", at)]
    for start in some(rng, starts[len(starts) // 3 :], 2):
        end = (
            xml.index(b"</c>", start) + 4
            if b"/>" not in xml[start : xml.index(b">", start) + 1]
            else xml.index(b"/>", start) + 2
        )
        place = xml[start:end].split(b'"')[1]
        broken = xml[:start] + b'<c r="' + place + b'" t="e"><v>#N/A</v></c>' + xml[end:]
        packed = zip_bytes({**held, name: broken})
        yield Mutation(f"cell {place.decode()} holds #N/A", case.with_bytes(part, packed), must="notice")


MUTATORS: tuple[Mutator, ...] = (
    header_cells, header_row, swapped_columns, column_order, rows_moved, rows_added, row_width, cells, awkward_cells, swapped_days,
    people, spellings, encodings, delimiters, cut_short, other_files, damaged, members, sheets, errors,
)  # fmt: skip


# Kinds with many members: one of each column, one of each spoiling of a cell, one of each way to mistake a person.
WEIGHT = {header_cells: 3, cells: 2, people: 4}


def mutations(case: Case, seed: int, limit: int, mutators: tuple[Mutator, ...] = MUTATORS) -> Iterator[Mutation]:
    """The mutations of a case: of each mutator at most `limit`, chosen by the seed, of one table after another."""
    tables = _one_of_each_table(case)
    for mutator in mutators:
        rng = random.Random(f"{seed} {case.name} {mutator.__name__}")
        left = limit * WEIGHT.get(mutator, 1)
        for part in rng.sample(tables, len(tables)):
            of_part = random.Random(f"{seed} {case.name} {part.name} {mutator.__name__}")
            found = some(rng, list(mutator(case, part, of_part)), left)
            yield from found
            left -= len(found)
            if not left:
                break


def _one_of_each_table(case: Case) -> list[Part]:
    """The first part always, for it stands for the file; and the first of every other table."""
    firsts: dict[str, Part] = {}
    for part in case.parts:
        firsts.setdefault(part.table.name, part)
    return list(firsts.values())
