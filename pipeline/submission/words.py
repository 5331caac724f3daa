"""Columns in words for a person who fills them in: what a cell looks like, an example, what to do where it is wrong.

Belongs here: wording. Does not belong here: judging a cell (ingest/read.py), showing words (report.py, template.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from pipeline.catalogue.contract import Column, Contract, Table
from pipeline.ingest.identify import nearest_name

if TYPE_CHECKING:
    from pipeline.sample.local_extracts import Extract

COUNTS = ("no", "one", "two", "three", "four", "five", "six")
# More codes than this are listed in the template and not in a sentence.
MOST_CODES = 12
# The day that examples are made of where the sample has none.
EXAMPLE_DAY = date(2025, 11, 30)
EXAMPLE_VALUE = "0123456789abcdef"
MEANINGS = {
    "suppressed": "the number is too small to show", "not_available": "the number is not known",
    "not_applicable": "there can be no number", "missing": "the number is missing",
}  # fmt: skip


def form(column: Column) -> str:
    """What a cell of the column is, without an example: `a number of pounds with at most two decimals, 0 or more`."""
    if column.allowed:
        return one_of(column.allowed)
    kind = {
        "text": "text", "integer": f"a whole number{_of_unit(column)}", "decimal": _decimal(column), "month": "a month",
        "date": "a day", "period": "a period",
    }[column.type]  # fmt: skip
    return f"{kind}{', ' if limits(column) else ''}{limits(column)}"


def one_of(codes: tuple[str, ...]) -> str:
    if len(codes) > MOST_CODES:
        return f"one of {len(codes)} values: {', '.join(codes[:MOST_CODES])} and {len(codes) - MOST_CODES} more"
    return f"one of {', '.join(codes)}" if len(codes) > 1 else codes[0]


def limits(column: Column) -> str:
    """`0 or more`, `at most 10`, `from 1 to 10`, or ''."""
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f"from {_plain(low)} to {_plain(high)}"
    if low is not None:
        return f"{_plain(low)} or more"
    return f"at most {_plain(high)}" if high is not None else ""


def _plain(limit: float) -> str:
    return f"{int(limit):,}" if limit.is_integer() else repr(limit)


def _of_unit(column: Column) -> str:
    return f" of {column.unit}" if column.unit and not column.unit.startswith("as ") else ""


def _decimal(column: Column) -> str:
    if column.scale == 0:
        return f"a whole number{_of_unit(column)}"
    count = COUNTS[column.scale] if column.scale < len(COUNTS) else str(column.scale)
    return f"a number{_of_unit(column)} with at most {count} decimal{'s' if column.scale > 1 else ''}"


def expected(column: Column, example: str) -> str:
    """The form with an example: `a day, such as 2025-11-30`. Of a text with a pattern, what the contract says it is."""
    described = column.identifies or (column.pattern and column.type == "text")
    said = column.description if described else form(column)
    return f"{said}{f', such as {example}' if example and not column.allowed else ''}"


def markers_in_words(markers: Mapping[str, str]) -> str:
    """`* where the number is too small to show, ...`, one marker for each meaning."""
    first: dict[str, str] = {}
    for marker, meaning in markers.items():
        first.setdefault(meaning, marker)
    return ", ".join(f"{marker} where {MEANINGS[meaning]}" for meaning, marker in first.items())


def example_of(contract: Contract, table: Table, column: Column) -> str:
    """A right cell of the column: the first in the synthetic sample of the extract, else one that its form gives."""
    if column.identifies:
        # The made-up people of the sample are of a domain that no real file may bear.
        domain = next(iter(contract.upstream_domains), "")
        return f"{domain}:{EXAMPLE_VALUE}" if domain and column.fate == "pseudonym" else ""
    sample = sample_of(contract, table)
    rows = sample.filled() if sample else []
    published = next((cell for cell, name in table.layouts[0].columns.items() if name == column.name), column.name)
    cells = [row[published] for row in rows if row.get(published)]
    unmarked = [cell for cell in cells if cell not in table.markers]
    return next(iter(unmarked or cells), _example_of_form(column))


def sample_of(contract: Contract, table: Table) -> Extract | None:
    """The synthetic sample of a table, None where there is none."""
    from pipeline.sample.extracts import EXTRACTS

    return next((one for one in EXTRACTS if (one.dataset, one.table) == (contract.dataset, table.name)), None)


def _example_of_form(column: Column) -> str:
    if column.allowed:
        return column.allowed[0]
    if column.formats:
        # strftime of C knows no `%-d` on every platform.
        form = column.formats[0].replace("%-d", str(EXAMPLE_DAY.day)).replace("%-m", str(EXAMPLE_DAY.month))
        return (EXAMPLE_DAY.replace(day=1) if column.type == "month" else EXAMPLE_DAY).strftime(form)
    if column.type == "period":
        return f"{EXAMPLE_DAY:%Y-%m}"
    if column.type in ("integer", "decimal"):
        low, high = column.minimum, column.maximum
        number = 12.0 if low is None or low <= 12 else low
        return f"{number if high is None or number <= high else high:g}"
    return ""


def to_mend(column: Column, rule: str, found: str, example: str, markers: Mapping[str, str]) -> str:
    """What to do about a cell that breaks a rule of the contract, for a person who knows nothing of us."""
    if column.identifies and rule != "required":
        return f"Write it as the template's help says{f', like {example}' if example else ''}"
    marked = f"; write {markers_in_words(markers)}" if column.status and markers else ""
    like = f", such as {example}" if example else ""
    if rule == "required":
        return f"Fill in the cell{like}{marked}"
    if rule == "allowed":
        near = nearest_name(found, column.allowed)
        if near:
            return f"Write {near}, if that is what is meant; the value must stand exactly as in the list"
        return "Write one of these exactly as they stand, in the same letters"
    if rule == "pattern":
        if found.isdigit() and example.isdigit() and len(found) < len(example):
            return f"Write it like {example}: a spreadsheet may have dropped zeros in front; format the column as text"
        return f"Write it like {example}" if example else "Write it as the template's help says"
    if rule == "type" and column.type in ("month", "date", "period"):
        return f"Write it like {example}; in a CSV file a spreadsheet may have changed it: format the column as text"
    if rule in ("type", "thousands"):
        return f"Write digits only{like}: no words, no currency sign, no thousands commas{marked}"
    if rule in ("minimum", "maximum"):
        return f"Check the figure and its unit; allowed is {limits(column)}"
    return "Type the cell again: it holds an invisible sign or the error of a spreadsheet formula"
