"""Sheets cell by cell, as publishers give them: their rows, and the workbooks and Parquet files that hold them.

Belongs here: writing XLSX, OpenDocument and Parquet, and the rows that stand above a table. Does not belong here: text
(published.py), Excel 97 (old_workbook.py).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

Cell = object  # text, number, day or ERROR
Row = list[Cell]
Sheets = Mapping[str, Sequence[Sequence[Cell]]]
ERROR = object()


def made_xlsx(path: Path, sheets: Sheets) -> Path:
    """An XLSX workbook; days become real dates, '' a blank, and ERROR a division by zero."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(xlsx_bytes(sheets))
    return path


def xlsx_bytes(sheets: Sheets) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "mmm-yy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell is ERROR:
                        sheet.write_formula(at, column, "=1/0", None, "#DIV/0!")
                    elif isinstance(cell, date):
                        sheet.write_datetime(at, column, cell, day)
                    elif cell != "":
                        sheet.write(at, column, cell)
    return data.getvalue()


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


def title_block(title: str, period: str, basis: str, *, rows_between: int = 1) -> list[Row]:
    """The title block of NHS England: rows from the top of a sheet down to its header; column A is empty."""
    facts = {
        "Title:": title, "Summary:": "What is counted", "": "", "Period:": period, "Source:": "A data collection",
        "Basis:": basis, "Published:": "13th February 2020", "Revised:": "", "Status:": "Published", "Contact:": "A person",
    }  # fmt: skip
    rows: list[Row] = [[""]]
    rows += [["", label, said] if label else [""] for label, said in facts.items()]
    return [*rows, *[[""] for _ in range(rows_between)]]


def with_cell(rows: list[Row], at: int, column: int, cell: object) -> list[Row]:
    """The rows with another cell in row `at`, column `column`, both counted from 0."""
    changed = [list(row) for row in rows]
    changed[at] += [""] * (column + 1 - len(changed[at]))
    changed[at][column] = cell
    return changed
