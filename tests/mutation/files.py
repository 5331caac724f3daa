"""Files to mutate: a published file cut to a few hundred rows, opened into grids of cells, and written back.

Belongs here: opening, cutting and writing text, ZIPs and workbooks. Does not belong here: what to change (mutators.py),
what it should come to (judge.py).
"""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path

from pipeline.catalogue.contract import SHEETS, Contract, Layout, Table
from pipeline.ingest.identify import Identified, Member

from .slow_find import Place, place

FIRST_ROWS = 40
MORE_ROWS = 20
MEMBERS = 3
PARQUET_ROWS = 5000  # of which some are taken
SMALL = 200_000  # bytes of a member that no table is read from
BOM = "\ufeff"

Grid = list[list[object]]


@dataclass(frozen=True)
class Dialect:
    """How a text is written: `quoted` puts quotes around every cell, `ended` a line end after the last row."""

    encoding: str
    delimiter: str
    line_end: str
    bom: bool
    quoted: bool
    ended: bool


@dataclass(frozen=True, eq=False)
class Part:
    """One stretch of rows of a file. `name` is its member in bronze, `inside` the member of a ZIP that holds it,
    `sheet` its sheet. `grid` starts at the first record of the file: text cells of a CSV, values of a workbook."""

    table: Table
    layout: Layout
    name: str
    inside: str
    sheet: str
    grid: Grid
    dialect: Dialect | None
    file: str = ""

    @cached_property
    def found(self) -> Place | None:
        """Where the table stands, if it is one that is found."""
        if not self.layout.find:
            return None
        return place(text_grid(self), self.layout, self.sheet, self.file)

    @cached_property
    def top(self) -> int:
        """Records above the header."""
        return self.found.header_rows[0] - 1 if self.layout.find else max(self.above - 1, 0)

    @cached_property
    def above(self) -> int:
        """Records above the first row of data."""
        if self.layout.find:
            return self.found.header_rows[-1]
        return 0 if self.layout.positions else self.layout.header_row

    @cached_property
    def end(self) -> int:
        """Records above the end of the table."""
        return self.found.end if self.layout.find else len(self.grid)

    @property
    def is_text(self) -> bool:
        return self.dialect is not None

    @property
    def is_sheet(self) -> bool:
        return bool(self.sheet)


@dataclass(frozen=True, eq=False)
class Case:
    """A file cut small: its bytes, its parts, and its whole ZIP members and sheets, so that one can be changed.

    `dataset` is what the summary calls it; `given` what `identify` must be told to know the file ('': nothing). `real`:
    whoever is in it is no made-up person.
    """

    dataset: str
    name: str
    given: str
    contract: Contract
    parts: tuple[Part, ...]
    members: Mapping[str, bytes] = field(default_factory=dict)
    sheets: Mapping[str, Grid] = field(default_factory=dict)
    real: bool = False

    @cached_property
    def data(self) -> bytes:
        if self.members:
            return zip_bytes(self.members)
        if self.parts[0].layout.format == "parquet":
            return parquet_bytes(self.parts[0].grid)
        return workbook_bytes(self.sheets) if self.sheets else text_bytes(self.parts[0].grid, self.parts[0].dialect)

    def with_grid(self, part: Part, grid: Grid) -> bytes:
        """The file with other cells in one of its parts."""
        if part.is_text:
            return self.with_bytes(part, text_bytes(grid, part.dialect))
        if not part.is_sheet:
            return parquet_bytes(grid)
        return self.with_bytes(part, workbook_bytes({**self.sheets_of(part), part.sheet: grid}))

    def with_bytes(self, part: Part, data: bytes) -> bytes:
        """The file with other bytes in place of the text or workbook that holds a part."""
        return zip_bytes({**self.members, part.inside: data}) if part.inside else data

    def bytes_of(self, part: Part) -> bytes:
        return self.members[part.inside] if part.inside else self.data

    def sheets_of(self, part: Part) -> Mapping[str, Grid]:
        return self.sheets if not part.inside else sheets_in(self.members[part.inside])


def opened(path: Path, dataset: str, name: str, given: str, found: Sequence[Identified], rng: random.Random) -> Case:
    """A file cut small, with the parts that `identify` found."""
    first = found[0].layout
    if first.container == "zip":
        return _opened_zip(path, dataset, name, given, found, rng)
    if first.format in SHEETS:
        tables = [(one, member) for one in found for member in one.members]
        sheets = {sheet: _values(grid) for sheet, grid in sheets_in(path.read_bytes()).items()}
        wanted = sorted({member.sheet for _, member in tables})
        sheets = {sheet: grid if sheet in wanted else grid[:40] for sheet, grid in sheets.items()}
        for sheet in wanted:
            on_it = [
                (_sheet_part(one, "", sheet, sheets, member.name, name), _spread(member))
                for one, member in tables
                if member.sheet == sheet
            ]
            sheets[sheet] = _cut(on_it, rng)
        parts = [_sheet_part(one, "", member.sheet, sheets, member.name, name) for one, member in tables]
        return Case(dataset, name, given, found[0].contract, tuple(parts), sheets=sheets)
    if first.format == "parquet":
        part = Part(found[0].table, first, "", "", "", parquet_grid(path), None)
        return Case(dataset, name, given, found[0].contract, (replace(part, grid=_cut([(part, 1)], rng)),))
    texts = [(_text_part(one, "", "", path.read_bytes(), name), _spread(one.members[0])) for one in found]
    grid = _cut(texts, rng)
    return Case(dataset, name, given, found[0].contract, tuple(replace(part, grid=grid) for part, _ in texts))


def _opened_zip(
    path: Path, dataset: str, name: str, given: str, found: Sequence[Identified], rng: random.Random
) -> Case:
    """The members of a few parts, cut, and every small member beside them. Workbooks may hold several parts each."""
    chosen = [
        (one, member)
        for one in found
        for member in (one.members if len(one.members) <= MEMBERS else rng.sample(one.members, MEMBERS))
    ]
    of_tables = {member.inside or member.name for one in found for member in one.members}
    members: dict[str, bytes] = {}
    parts: list[Part] = []
    with zipfile.ZipFile(path) as archived:
        books: dict[str, dict[str, Grid]] = {}
        for one, member in sorted(chosen, key=lambda pair: pair[1].name):
            if one.layout.format in SHEETS:
                book = books.setdefault(member.inside, sheets_in(archived.read(member.inside)))
                whole = _sheet_part(one, member.inside, member.sheet, book, member.name, member.inside)
                book[member.sheet] = _cut([(whole, _spread(member))], rng)
                parts.append(replace(whole, grid=book[member.sheet]))
            else:
                whole = _text_part(one, member.name, member.name, archived.read(member.name), member.name)
                part = replace(whole, grid=_cut([(whole, _spread(member))], rng))
                members[member.name] = text_bytes(part.grid, part.dialect)
                parts.append(part)
        for inside, book in books.items():
            wanted = {part.sheet for part in parts if part.inside == inside}
            members[inside] = workbook_bytes({one: grid if one in wanted else grid[:40] for one, grid in book.items()})
        for info in archived.infolist():
            if info.filename not in of_tables and info.file_size < SMALL:
                members[info.filename] = archived.read(info)
    return Case(dataset, name, given, found[0].contract, tuple(parts), members=members)


def _spread(member: Member) -> int:
    return max(len(member.spread), 1)


def _values(grid: Grid) -> Grid:
    """A sheet without the blank columns and rows that a spreadsheet keeps beyond its table: one has 16,383 columns."""
    width = max((at + 1 for row in grid for at, cell in enumerate(row) if cell != ""), default=0)
    return [row[:width] for row in grid]


def _sheet_part(found: Identified, inside: str, sheet: str, sheets: Mapping[str, Grid], name: str, file: str) -> Part:
    return Part(found.table, found.layout, name, inside, sheet, sheets[sheet], None, file)


def _text_part(found: Identified, name: str, inside: str, data: bytes, file: str) -> Part:
    layout = found.layout
    text = data.decode(layout.encoding)
    records = [record for record in csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter) if record]
    return Part(found.table, layout, name, inside, "", records, dialect_of(data, text, records, layout), file)


def _cut(on_it: Sequence[tuple[Part, int]], rng: random.Random) -> Grid:
    """The grid of all tables on a sheet or in a text with the first rows of each and some of the rest, in their order.

    What stands above, between and below them is kept. `on_it` says how many rows each record of a table becomes: where they
    are many, fewer records are kept.
    """
    grid = on_it[0][0].grid
    kept = set(range(len(grid))) - {at for part, _ in on_it for at in range(part.above, part.end)}
    for part, spread in on_it:
        first, more = (max(8 * rows // spread, 4) if spread > 10 else rows for rows in (FIRST_ROWS, MORE_ROWS))
        start = min(part.above + first, part.end)
        rest = range(start, part.end)
        kept |= {*range(part.top, start), *rng.sample(rest, min(more, len(rest)))}
    return [grid[at] for at in sorted(kept)]


def dialect_of(data: bytes, text: str, records: Grid, layout: Layout) -> Dialect:
    cells = [cell for record in records[:20] for cell in record]
    head = text[: sum(len(cell) + 3 for cell in cells)]
    return Dialect(
        layout.encoding.removesuffix("-sig"), layout.delimiter, "\r\n" if "\r\n" in head else "\n",
        data.startswith(BOM.encode()), head.count('"') >= 2 * len(cells), text.endswith(("\n", "\r")),
    )  # fmt: skip


def text_bytes(grid: Sequence[Sequence[object]], dialect: Dialect) -> bytes:
    return text_of(grid, dialect).encode(dialect.encoding)


def text_of(grid: Sequence[Sequence[object]], dialect: Dialect) -> str:
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if dialect.quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=dialect.delimiter, lineterminator=dialect.line_end, quoting=quoting)
    writer.writerows(grid)
    text = out.getvalue()
    return BOM * dialect.bom + (text if dialect.ended else text.removesuffix(dialect.line_end))


def zip_bytes(members: Mapping[str, bytes], comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archived:
        archived.comment = comment
        for name, data in members.items():
            archived.writestr(zipfile.ZipInfo(name, (2025, 11, 30, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def parquet_grid(path: Path) -> Grid:
    """The columns' names, then the first rows as text."""
    import pyarrow.parquet as pq

    table = pq.read_table(path).slice(0, PARQUET_ROWS)
    columns = [["" if cell is None else str(cell) for cell in column.to_pylist()] for column in table.columns]
    return [list(table.column_names), *(list(row) for row in zip(*columns, strict=True))]


def parquet_bytes(grid: Grid) -> bytes:
    """A Parquet file of text columns. Rows are made as wide as the header."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    header = [str(cell) for cell in grid[0]] if grid else []
    rows = [[*row, *[""] * len(header)][: len(header)] for row in grid[1:]]
    columns = [
        pa.array([None if row[at] == "" else str(row[at]) for row in rows], pa.string()) for at in range(len(header))
    ]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, names=header), out)
    return out.getvalue()


def sheets_in(data: bytes) -> dict[str, Grid]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def workbook_bytes(sheets: Mapping[str, Grid], *, hidden: Sequence[str] = ()) -> bytes:
    """A workbook with the values of `sheets`: text as text, numbers as numbers, days as days, '' as no cell at all."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2025, 11, 30)})
    day, moment = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    for name, grid in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(grid):
            for column, cell in enumerate(row):
                _write(sheet, at, column, cell, day, moment)
        if name in hidden:
            sheet.hide()
    book.close()
    return out.getvalue()


def _write(sheet, row: int, column: int, cell: object, day, moment) -> None:
    if isinstance(cell, str):
        if cell:
            sheet.write_string(row, column, cell)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, moment)
    elif isinstance(cell, date | time | timedelta):
        sheet.write_datetime(row, column, cell, day)
    else:
        raise TypeError(f"a cell of a workbook is {type(cell).__name__}")


def text_grid(part: Part, grid: Grid | None = None) -> list[list[str]]:
    """A part's cells as a reader of text sees them: blank rows at the end of a sheet are none, numbers plain."""
    cells = part.grid if grid is None else grid
    if part.is_text:
        return [[str(cell) for cell in row] for row in cells]
    width = max(map(len, cells), default=0)
    rows = [[as_text(cell) for cell in row] + [""] * (width - len(row)) for row in cells]
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def as_text(cell: object) -> str:
    """A value of a workbook in words: 3.0 is 3, a day is ISO."""
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date | time) else str(cell).strip()
