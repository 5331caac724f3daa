"""What the contract's own checks say of a file that was read, in words that a person can act on.

These checks are derived from the contract, never written twice: `add` and `inspect` print them, the gate records them.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.catalogue.contract import Contract, Table
from pipeline.ingest.identify import contract_path, nearest_name
from pipeline.ingest.read import Offence, ReadReport


@dataclass(frozen=True)
class Finding:
    """The outcome of one contract check on one file. `rows_failed` counts rows or keys; `message` is '' when passed."""

    rule_id: str
    dimension: str
    why: str
    passed: bool
    rows_checked: int
    rows_failed: int
    message: str = ""


DIMENSION = {
    "required": "completeness", "type": "validity", "thousands": "validity", "allowed": "validity",
    "pattern": "validity", "minimum": "validity", "maximum": "validity",
}  # fmt: skip


def planned_rules(contract: Contract, table: Table) -> list[str]:
    """The ids of all checks that this contract sets on each release of a table, in the order they are reported."""
    from pipeline.ingest.read import cell_rules

    prefix = f"{contract.dataset}.{table.name}"
    cells = [rule.rule_id for column in table.columns for rule in cell_rules(prefix, column, dict(table.markers))]
    return [f"{prefix}.rows_conserved", f"{prefix}.min_rows", f"{prefix}.keys_unique", *cells]


def findings(contract: Contract, table: Table, report: ReadReport, label: str) -> list[Finding]:
    """One Finding per planned rule, in the same order."""
    prefix = f"{contract.dataset}.{table.name}"
    conserved = report.rows_in == report.rows_clean + report.rows_quarantined
    few = report.rows_clean < table.min_rows
    found = [
        Finding(
            f"{prefix}.rows_conserved", "completeness", "no row is lost: rows in = clean + quarantined", conserved,
            report.rows_in, 0 if conserved else 1,
            "" if conserved else f"{label}: {report.rows_in} rows in, {report.rows_clean} clean, {report.rows_quarantined} quarantined",
        ),
        Finding(
            f"{prefix}.min_rows", "completeness", f"a whole file has at least {table.min_rows} rows", not few,
            report.rows_in, 1 if few else 0,
            f"{label}: {report.rows_clean} good rows, at least {table.min_rows} expected. Check that the download is whole" if few else "",
        ),
        Finding(
            f"{prefix}.keys_unique", "uniqueness", f"one row per {', '.join(table.keys)}", report.duplicate_keys == 0,
            report.rows_clean, report.duplicate_keys,
            f"{label}: {report.duplicate_keys} keys stand more than once, first: {report.duplicate_example}. "
            "Counting them would count twice: get a corrected file from the publisher" if report.duplicate_keys else "",
        ),
    ]  # fmt: skip
    offences = {offence.rule_id: offence for offence in report.offences}
    tolerated = report.rows_quarantined <= table.max_quarantine_share * report.rows_in
    for rule_id in planned_rules(contract, table)[3:]:
        _, _, column, rule = rule_id.rsplit(".", 3)
        offence = offences.get(rule_id)
        found.append(
            Finding(
                rule_id, DIMENSION[rule], _why(table, column, rule), offence is None or tolerated,
                report.rows_in, offence.rows if offence else 0,
                _explain(contract, table, offence, rule, report, label) if offence else "",
            )
        )  # fmt: skip
    return found


def problems(contract: Contract, table: Table, report: ReadReport, label: str) -> list[str]:
    """The messages of the checks that failed."""
    return [one.message for one in findings(contract, table, report, label) if not one.passed]


def _why(table: Table, name: str, rule: str) -> str:
    column = table.column(name)
    return {
        "required": f"{name} is never blank",
        "type": f"{name} is a {column.type}" + (f" written as {' or '.join(column.formats)}" if column.formats else ""),
        "thousands": f"thousands commas in {name} stand every three digits",
        "allowed": f"{name} is one of {', '.join(column.allowed)}",
        "pattern": f"{name} looks like {column.pattern}",
        "minimum": f"{name} is at least {column.minimum:g}" if column.minimum is not None else "",
        "maximum": f"{name} is at most {column.maximum:g}" if column.maximum is not None else "",
    }[rule]


def _explain(contract: Contract, table: Table, offence: Offence, rule: str, report: ReadReport, label: str) -> str:
    header_row = next((m.header_row for m in report.members if m.name == offence.member), 1)
    member = f" > {offence.member}" if offence.member else ""
    place = f"{label}{member} row {offence.source_row} (line {offence.source_row + header_row})"
    count = f"{offence.rows:,} row{'s' if offence.rows > 1 else ''}"
    shown = f"is {offence.value!r}" if offence.value else "is blank"
    remedy = (
        "get a corrected file from the publisher"
        if contract.kind == "publication"
        else "mend the row and add the file again"
    )
    if rule in ("allowed", "type"):
        near = nearest_name(offence.value, table.column(offence.column).allowed) if rule == "allowed" else ""
        known = f" (nearest known: {near!r})" if near else ""
        line = (
            f"add {offence.value!r} to `allowed:` of {offence.column}"
            if rule == "allowed"
            else f"extend `formats:` of {offence.column}"
            if table.column(offence.column).formats
            else ""
        )
        remedy += f"; if the publisher changed it, {line} in {contract_path(contract)}" if line else ""
        return f"{place}: {offence.column} {shown}{known}, expected: {_why(table, offence.column, rule)}. {count}. To mend: {remedy}"
    return (
        f"{place}: {offence.column} {shown}, expected: {_why(table, offence.column, rule)}. {count}. To mend: {remedy}"
    )
