"""The payments over £25,000 that the fictional trust publishes for a month: those of its own ledger (LX-05), in the form of such lists.

Belongs here: which payments of the ledger a list has, the names of suppliers, which do not exist, and the file. A payment to a person is
redacted, as bodies do. Does not belong here: the ledger (local_extracts.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from pipeline.sample.chance import SEED
from pipeline.sample.files import CRLF, csv_text, write_text
from pipeline.sample.geography import town
from pipeline.sample.local_extracts import extract

BODY = "Sampleshire Hospitals NHS Foundation Trust"
FILE = f"{BODY} spend over 25k November 2025.csv"
HEADER = (
    "Department Family", "Entity", "Date", "Expense Type", "Expense Area", "Supplier", "Transaction Number", "Amount",
)  # fmt: skip
LEAST = Decimal(25_000)
EXPENSES = {
    "F": "Facilities", "K12": "Laboratory consumables", "R": "Community services", "Z": "Healthcare from NHS bodies", "D": "Drugs",
    "P": "Professional fees", "M3": "Maintenance", "L": "PFI unitary charge",
}  # fmt: skip


def write_release(folder: Path, seed: int = SEED) -> Path:
    """Writes the list and returns its path."""
    return write_text(folder / FILE, csv_text([HEADER, *payments(seed)], CRLF))


def payments(seed: int = SEED) -> Iterator[tuple[str, ...]]:
    """The lines of the list, in the order of the ledger; amounts have thousands commas as published ones do."""
    for row in extract("lx_05_trust_spend").filled(seed):
        amount = Decimal(row["amount_gbp"])
        if amount > LEAST:
            day = date.fromisoformat(row["payment_date"])
            supplier = f"{town(int(row['supplier_id'][2:]))} Supplies Ltd"
            yield (
                "Department of Health", BODY, f"{day:%d/%m/%Y}", EXPENSES[row["category_eclass"]], "Trust wide",
                "REDACTED" if row["supplier_type"] == "individual" else supplier, row["transaction_id"], f"{amount:,}",
            )  # fmt: skip
