"""What a file looks like that no layout describes: its stretches of rows, their encoding, delimiter and header row.

Belongs here: evidence on the form of a file, gathered from its bytes. Does not belong here: comparing it with a layout
(layout_diff.py), saying what its cells can be (evidence.py), or reading rows into bronze (read.py).
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.catalogue.contract import SHEETS, folded
from pipeline.errors import Refused
from pipeline.ingest import containers
from pipeline.ingest.identify import LOOK_DOWN

DELIMITERS = (",", ";", "\t", "|")
# How many of the first records are looked at for a form.
FIRST = LOOK_DOWN * 2
# UTF-8 is tried first: text that is UTF-8 by chance and windows-1252 in truth is next to impossible.
ENCODINGS = ("utf-8-sig", "cp1252")
# A record with at most this share of its cells filled is a title or a note, not a row of the table.
SPARSE = 0.25

NUMBER = re.compile(r"[+-]?[£$]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?%?")
DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}.*)?|\d{1,2}[- ]?[A-Za-z]{3,9}[- ]?\d{2,4}")
YEAR = re.compile(r"(19|20)\d{2}")


@dataclass(frozen=True)
class Piece:
    """One stretch of rows of a file: a text (`member` of a ZIP, or the whole file), or a `sheet` of a workbook.

    `first` holds its first records, cells folded; at most FIRST of them. `workbook` is the kind of workbook it is in.
    """

    member: str
    sheet: str
    encoding: str
    delimiter: str
    first: tuple[tuple[str, ...], ...]
    workbook: str = ""

    @property
    def format(self) -> str:
        """As a layout calls it."""
        return self.workbook or "csv"

    @property
    def name(self) -> str:
        """As messages name it; '' for a file that is one text."""
        return "/".join(part for part in (self.member, self.sheet) if part)


def pieces_of(path: Path, label: str) -> list[Piece]:
    """Every stretch of rows of the file at `path`, in the file's order. Raises Refused for a file that is not whole."""
    kind = containers.kind_of(path)
    if kind == "empty":
        raise Refused("the file is empty, expected rows", where=label, remedy="Download it again")
    if kind in ("parquet", "json"):
        form = {"parquet": "Parquet", "json": "GeoJSON"}[kind]
        raise Refused(
            f"is a {form} file, expected CSV, a workbook or a ZIP of them",
            where=label,
            remedy=f"Write its contract by hand (`format: {form.lower()}`): docs/how-to/add-a-dataset.md",
        )
    if kind == "text":
        return [_text_piece(path, None, label)]
    if kind == "xls":
        return _sheet_pieces(path, "", label)
    members = [info.name for info in containers.zip_members(path, label)]
    if kind in SHEETS:
        return _sheet_pieces(path, "", label)
    pieces: list[Piece] = []
    for member in members:
        if member.lower().endswith((".xlsx", ".xlsm", ".xls", ".ods")):
            with containers.unpacked(path, member, label) as workbook:
                pieces += _sheet_pieces(workbook, member, f"{label} > {member}")
        elif member.lower().endswith((".csv", ".txt", ".tsv")):
            pieces.append(_text_piece(path, member, label))
    if not pieces:
        held = ", ".join(members[:3]) or "nothing"
        raise Refused(
            f"the ZIP holds neither CSV nor XLSX (it holds: {held}), expected rows",
            where=label,
            remedy="Get the file of the publication that holds the data",
        )
    return pieces


def _sheet_pieces(path: Path, member: str, label: str) -> list[Piece]:
    return [
        Piece(
            member, sheet, "", "", _folded(containers.sheet_rows(path, sheet, label)[:FIRST]), containers.kind_of(path)
        )
        for sheet in containers.sheet_names(path, label)
    ]


def _text_piece(path: Path, member: str | None, label: str) -> Piece:
    encoding = encoding_of(path, member, label)
    head = containers.head_of(path, member, label)
    delimiter = delimiter_of(head, encoding)
    return Piece(member or "", "", encoding, delimiter, _folded(_records(head, encoding, delimiter)))


def _records(head: bytes, encoding: str, delimiter: str) -> list[list[str]]:
    return containers.first_records(head, encoding, delimiter, FIRST)


def _folded(records: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(folded(cell) for cell in record) for record in records)


def encoding_of(path: Path, member: str | None, label: str) -> str:
    """The encoding in which every byte of a text reads. Raises Refused where none does, and for NUL bytes."""
    head = containers.head_of(path, member, label)
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    first: Refused | None = None
    for encoding in ("utf-16",) if marked else ENCODINGS:
        try:
            for _ in containers.text_of(path, member, encoding, label):
                pass
        except Refused as refusal:
            first = first or refusal
        else:
            return encoding
    what = first.what if first else ""
    raise Refused(
        what if marked else f"{what}; nor is it windows-1252",
        where=first.where if first else label,
        remedy="Ask the publisher which encoding it is, or for UTF-8",
    )


def delimiter_of(head: bytes, encoding: str) -> str:
    """What parts the cells: the sign that gives most of the first records one width. A comma where none parts any."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = Counter(len(record) for record in _records(head, encoding, delimiter))
        wide = [(times, width) for width, times in widths.items() if width > 1]
        if not wide:
            continue
        times, width = max(wide)
        score = (round(times / widths.total(), 1), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def rows_below(path: Path, piece: Piece, header_row: int, label: str) -> Iterator[list[str]]:
    """The records below the header, as the reader takes them: CSV without empty lines, a sheet without its blank end.

    Raises Refused, naming the line, at a record of a text that is not as wide as the header.
    """
    if piece.sheet:
        with _workbook(path, piece, label) as workbook:
            containers.check_workbook(workbook, piece.sheet, label)
            rows = containers.sheet_rows(workbook, piece.sheet, label)[header_row:]
        while rows and not any(rows[-1]):
            rows.pop()
        yield from rows
        return
    where = f"{label} > {piece.member}" if piece.member else label
    seen, width, line = 0, 0, 1
    lines = _lines(containers.text_of(path, piece.member or None, piece.encoding, label))
    reader = csv.reader(lines, delimiter=piece.delimiter, strict=True)
    try:
        for record in reader:
            if record:
                seen += 1
                if seen == header_row:
                    width = len(record)
                elif seen > header_row:
                    if len(record) != width:
                        raise Refused(
                            f"line {line} has {len(record)} columns, expected {width} as its header has",
                            where=where,
                            remedy="Look at that line: an unquoted delimiter, a note below the table, or a file cut short",
                        )
                    yield record
            line = reader.line_num + 1
    except csv.Error as error:
        raise Refused(
            f"line {line} is not well-formed CSV ({error}), expected {width} columns",
            where=where,
            remedy="Look at that line: a stray quote, or a download that was cut short",
        ) from error


def _lines(chunks: Iterator[str]) -> Iterator[str]:
    """Text in chunks as lines with their ends, which the csv module needs to keep line breaks within quotes."""
    rest = ""
    for chunk in chunks:
        # A line end of two signs may be cut in two by the end of a chunk.
        lines = _split(rest + chunk)
        rest = lines.pop()
        yield from lines
    if rest:
        yield rest


def _split(text: str) -> list[str]:
    """Lines with their ends (CRLF, LF, CR only); the last may be without one, or be a CR that an LF may follow."""
    return re.split(r"(?<=\n)|(?<=\r)(?!\n|\Z)", text)


@contextmanager
def _workbook(path: Path, piece: Piece, label: str) -> Iterator[Path]:
    if piece.member:
        with containers.unpacked(path, piece.member, label) as workbook:
            yield workbook
    else:
        yield path


def looks_like_data(cell: str) -> bool:
    """Whether a cell is a number or a day: what stands in rows and not in headers."""
    return bool(NUMBER.fullmatch(cell) or DAY.fullmatch(cell))


def is_sparse(record: list[str] | tuple[str, ...]) -> bool:
    """Whether so few cells of a record are filled that it is a title or a note."""
    filled = sum(1 for cell in record if cell.strip())
    return filled == 0 or (filled <= SPARSE * len(record) and filled < 3)


@dataclass(frozen=True)
class Header:
    """Where the header stands, counted from 1 (0: there is none, for the reason given)."""

    row: int
    reason: str = ""


def header_of(first: tuple[tuple[str, ...], ...]) -> Header:
    """The row that names the columns: the first that is as filled as those below it and is of words, not of data."""
    filled = [sum(1 for cell in record if cell) for record in first]
    widest = max(filled[: LOOK_DOWN * 2], default=0)
    if widest < 2:
        return Header(0, "it has no row of two cells or more")
    for at, record in enumerate(first[:LOOK_DOWN]):
        below = [other for other in first[at + 1 :] if not is_sparse(other)]
        if filled[at] < 0.6 * widest or filled[at] < 2 or is_sparse(record):
            continue
        if not below:
            return Header(0, "there is no row below its first full row")
        data = _data_cells(record, below)
        if data:
            return Header(0, f"its first full row, row {at + 1}, looks like data and not like names ({data})")
        return Header(at + 1)
    return Header(0, f"none of its first {LOOK_DOWN} rows names the columns")


def _data_cells(record: tuple[str, ...], below: list[tuple[str, ...]]) -> str:
    """Why a row cannot be a header, in words that show no cell; '' where it can."""
    alike = [
        column
        for column, cell in enumerate(record)
        if cell and not YEAR.fullmatch(cell) and looks_like_data(cell)
        and any(looks_like_data(other[column]) for other in below if column < len(other) and other[column])
    ]  # fmt: skip
    if alike:
        return f"column {alike[0] + 1} holds a number or day in it and below it"
    again = [
        column
        for column, cell in enumerate(record)
        if cell and sum(1 for other in below if column < len(other) and other[column] == cell) > 0
    ]
    if len(again) > len(record) / 4:
        return f"its cell of column {again[0] + 1} stands below it again"
    return ""
