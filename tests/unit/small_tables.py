"""A small made-up dataset for tests of the reader: its contract, its files, and what came of them as plain rows.

Belongs here: text and workbooks of a few rows under a contract of a few columns. Does not belong here: forms that are
published (tests/contract).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import xlsxwriter

from pipeline.catalogue.contract import Contract
from pipeline.catalogue.load import Catalogue
from pipeline.ingest.identify import Identified, identify
from pipeline.ingest.read import Bronze, read

NAME = "things_2025-01.csv"
# Reads what was read: a database of one's own costs 11 ms.
CON = duckdb.connect(config={"threads": 1})


def contract_of(columns: Sequence[dict], *, layout: dict | None = None, **table: object) -> Contract:
    """A contract of one table whose published columns are the canonical names in capitals."""
    names = {column["name"].upper(): column["name"] for column in columns}
    return Contract.model_validate({
        "dataset": "things", "title": "Things", "publisher": "P", "licence": "OGL", "cadence": "irregular",
        "lag_days": 0,
        "kind": "publication", "proof": "code_only", "owner": "o", "on_failure": "block",
        "description": "Things for tests.",
        "tables": [{
            "name": "all_things", "description": "Things for tests.", "grain": "one row per thing",
            "resolve": "per_period",
            "maturity": "final", "disclosure": "none", "file_names": ["things_*"],
            "period": {"type": "month", "name": r"_(?P<year>\d{4})-(?P<month>\d{2})"},
            "keys": [columns[0]["name"]],
            "columns": [{"description": "a column", **column} for column in columns],
            "layouts": [{"id": "plain_csv", "columns": names, **(layout or {})}],
            **table,
        }],
    })  # fmt: skip


def catalogue_of(*contracts: Contract) -> Catalogue:
    return Catalogue({contract.dataset: contract for contract in contracts}, (), {})


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]], *, line_end: str = "\n", quote: bool = False) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=line_end, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """Writes an XLSX workbook and gives its bytes. A pair (formula, result) is a formula, a day a real date, None a blank."""
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, tuple):
                        sheet.write_formula(at, column, cell[0], None, cell[1])
                    elif isinstance(cell, date):
                        sheet.write_datetime(at, column, cell, day)
                    elif cell is not None:
                        sheet.write(at, column, cell)
    return path.read_bytes()


@dataclass(frozen=True)
class Outcome:
    """What was read: `rows` by (member, source_row), `quarantine` the rule ids by the same, and the bronze itself."""

    bronze: Bronze
    rows: dict[tuple[str, int], dict]
    quarantine: dict[tuple[str, int], list[str]]
    cells: dict[tuple[str, int], dict]

    @property
    def order(self) -> list[tuple[str, int]]:
        return list(self.rows)


def outcome_of(bronze: Bronze) -> Outcome:
    found = CON.execute(bronze.select())
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    bad = CON.execute(
        "select member, source_row, rule_ids, cells from read_parquet(?)", [str(bronze.quarantine)]
    ).fetchall()
    return Outcome(
        bronze,
        {(row.pop("member"), row.pop("source_row")): row for row in rows},
        {(member, number): rules for member, number, rules, _ in bad},
        {(member, number): json.loads(cells) for member, number, _, cells in bad},
    )


def identified(contract: Contract, path: Path) -> Identified:
    (found,) = identify(path, catalogue_of(contract))
    return found


def read_bytes(contract: Contract, data: bytes | str, folder: Path, *, name: str = NAME, threads: int = 1) -> Outcome:
    """Writes `data` as a file below `folder` and reads it, through the same functions as `add` does."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return outcome_of(read(path, identified(contract, path), digest, folder / "work", label=name, threads=threads))


def csv_records(text: str, delimiter: str = ",") -> list[list[str]]:
    """The oracle of ordinals: the csv module's records, empty ones dropped, header left out."""
    return [record for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if record][1:]
