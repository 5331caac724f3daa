"""Writes files in a published form from a header and rows that a test names: CSV, ZIPs of CSV, workbooks, ZIPs of them."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

from pipeline.ingest.identify import Identified
from pipeline.ingest.read import Bronze, read


def written(path: Path, stretches: Sequence[Mapping]) -> Path:
    """A file of `stretches` of rows at `path`: each has header and rows, and, where it is so published, its member,
    sheet, encoding, delimiter, and the rows above its header.
    """
    members: dict[str, list[Mapping]] = {}
    for stretch in stretches:
        members.setdefault(stretch.get("member", ""), []).append(stretch)
    contents = {name: _workbook(ones) if "sheet" in ones[0] else _text(ones[0]) for name, ones in members.items()}
    if set(contents) == {""}:
        path.write_bytes(contents[""])
        return path
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


def _records(stretch: Mapping) -> list[Sequence[str]]:
    width = len(stretch["header"])
    above = [["A title", *[""] * (width - 1)] for _ in range(stretch.get("rows_above", 0))]
    return [*above, stretch["header"], *stretch["rows"]]


def _text(stretch: Mapping) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=stretch.get("delimiter", ",")).writerows(_records(stretch))
    return text.getvalue().encode(stretch.get("encoding", "utf-8-sig"))


def _workbook(stretches: Sequence[Mapping]) -> bytes:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        for stretch in stretches:
            sheet = book.add_worksheet(stretch["sheet"])
            for number, record in enumerate(_records(stretch)):
                sheet.write_row(number, 0, record)
    return data.getvalue()


def read_of(path: Path, found: Identified, folder: Path) -> Bronze:
    """The bronze rows of one table of a file, read as `add` does."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return read(path, found, digest, folder / "work", label=path.name, threads=1)
