"""Writes an Excel 97 workbook: the records of [MS-XLS] that a reader needs, in a compound file of [MS-CFB].

Does not belong here: forms that a library writes (sheets.py), and what stands in the sheets.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

Cell = str | int | float
SECTOR = 512
FREE, END, OF_FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
GLOBALS, WORKSHEET = 0x0005, 0x0010
BOUND_SHEET, DIMENSIONS, EOF, LABEL, NUMBER, BOF = 0x0085, 0x0200, 0x000A, 0x0204, 0x0203, 0x0809


def made_xls(path: Path, sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> Path:
    """A workbook of text and numbers; '' is a blank."""
    named = [struct.pack("<BBBB", 0, 0, len(name), 0) + name.encode("latin-1") for name in sheets]
    # Where a sheet begins stands in the globals, behind the record that says it.
    begin = (
        len(_begins(GLOBALS)) + sum(len(_record(BOUND_SHEET, bytes(4) + name)) for name in named) + len(_record(EOF))
    )
    bodies = [_sheet(rows) for rows in sheets.values()]
    listed = b""
    for name, body in zip(named, bodies, strict=True):
        listed += _record(BOUND_SHEET, struct.pack("<I", begin) + name)
        begin += len(body)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_compound(_begins(GLOBALS) + listed + _record(EOF) + b"".join(bodies)))
    return path


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _begins(kind: int) -> bytes:
    return _record(BOF, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))


def _sheet(rows: Sequence[Sequence[Cell]]) -> bytes:
    width = max(len(row) for row in rows)
    cells = b"".join(
        _cell(at, column, cell) for at, row in enumerate(rows) for column, cell in enumerate(row) if cell != ""
    )
    size = _record(DIMENSIONS, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    return _begins(WORKSHEET) + size + cells + _record(EOF)


def _cell(row: int, column: int, cell: Cell) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, str):
        return _record(LABEL, place + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
    return _record(NUMBER, place + struct.pack("<d", cell))


def _compound(stream: bytes) -> bytes:
    """One stream, `Workbook`, long enough not to be a short one: sector 0 is the directory, then stream, then FAT."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    sectors = len(stream) // SECTOR
    tables = 1
    while (1 + sectors + tables) * 4 > tables * SECTOR:
        tables += 1
    chain = [END, *range(2, sectors + 1), END, *[OF_FAT] * tables]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * SECTOR, b"\xff")
    root = _entry("Root Entry", 5, child=1, start=END, size=0)
    directory = (root + _entry("Workbook", 2, child=FREE, start=1, size=len(stream))).ljust(SECTOR, b"\0")
    places = [*range(1 + sectors, 1 + sectors + tables), *[FREE] * (109 - tables)]
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
        + struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, 0, 0, 4096, END, 0, END, 0)
        + struct.pack("<109I", *places)
    )  # fmt: skip
    return header + directory + stream + fat


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    return (
        written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written), kind, 1, FREE, FREE, child)
        + bytes(36) + struct.pack("<IQ", start, size)
    )  # fmt: skip
