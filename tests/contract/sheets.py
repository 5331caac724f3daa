"""Writes workbooks and Parquet files cell by cell, as publishers of sheets and of Parquet give them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

Cell = str | int | float | date
Sheets = Mapping[str, Sequence[Sequence[Cell]]]


def made_xlsx(path: Path, sheets: Sheets) -> Path:
    """An XLSX workbook; days become real dates, '' a blank."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "mmm-yy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(at, column, cell, day)
                elif cell != "":
                    sheet.write(at, column, cell)
    book.close()
    return path


def made_ods(path: Path, sheets: Sheets) -> Path:
    """An OpenDocument spreadsheet of text cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2"'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.2"'
        ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/"'
        ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archived:
        archived.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archived.writestr("META-INF/manifest.xml", manifest)
        archived.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
    return path


def _ods_cell(cell: Cell) -> str:
    if cell == "":
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'


def made_parquet(path: Path, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Path:
    """A Parquet file; a column of whole numbers is INT32, as the publisher writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = {
        name: pa.array(values, pa.int32() if isinstance(values[0], int) else pa.string())
        for name, values in zip(columns, zip(*rows, strict=True), strict=True)
    }
    pq.write_table(pa.table(cells), path)
    return path
