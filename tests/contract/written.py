"""Writes a file of a dataset from its header and rows, in whichever form it is published, and reads it without an archive.

Tests that `new-dataset` drafts are made of this. Does not belong here: forms of one dataset (published.py or its test).
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from published import csv_bytes
from sheets import xlsx_bytes

from pipeline.ingest.identify import Identified
from pipeline.ingest.read import Bronze, read


def written(path: Path, stretches: Sequence[Mapping]) -> Path:
    """A file of `stretches` of rows at `path`: each has header and rows, and, where it is so published, its member,
    sheet, encoding, delimiter, and the rows above its header.
    """
    members: dict[str, list[Mapping]] = {}
    for stretch in stretches:
        members.setdefault(stretch.get("member", ""), []).append(stretch)
    contents = {
        name: xlsx_bytes({one["sheet"]: _records(one) for one in ones}) if "sheet" in ones[0] else _text(ones[0])
        for name, ones in members.items()
    }
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
    first, *others = _records(stretch)
    return csv_bytes(
        first, others, line_end="\r\n", delimiter=stretch.get("delimiter", ","),
        encoding=stretch.get("encoding", "utf-8-sig"),
    )  # fmt: skip


def read_of(path: Path, found: Identified, folder: Path) -> Bronze:
    """The bronze rows of one table of a file, read as `add` does."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return read(path, found, digest, folder / "work", label=path.name, threads=1)
