"""Writes an Excel 97 workbook of several sheets, from the records that old_workbook.py knows."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from old_workbook import GLOBALS, WORKSHEET, Cell, _begins, _cell, _compound, _record

BOUND_SHEET, DIMENSIONS, EOF = 0x0085, 0x0200, 0x000A


def made_xls_sheets(path: Path, sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> Path:
    """A workbook of text and numbers; '' is a blank."""
    named = [struct.pack("<BBBB", 0, 0, len(name), 0) + name.encode("latin-1") for name in sheets]
    bodies = [_sheet(rows) for rows in sheets.values()]
    begin = (
        len(_begins(GLOBALS)) + sum(len(_record(BOUND_SHEET, bytes(4) + name)) for name in named) + len(_record(EOF))
    )
    listed = b""
    for name, body in zip(named, bodies, strict=True):
        listed += _record(BOUND_SHEET, struct.pack("<I", begin) + name)
        begin += len(body)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_compound(_begins(GLOBALS) + listed + _record(EOF) + b"".join(bodies)))
    return path


def _sheet(rows: Sequence[Sequence[Cell]]) -> bytes:
    width = max(len(row) for row in rows)
    cells = b"".join(
        _cell(at, column, cell) for at, row in enumerate(rows) for column, cell in enumerate(row) if cell != ""
    )
    size = _record(DIMENSIONS, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    return _begins(WORKSHEET) + size + cells + _record(EOF)
