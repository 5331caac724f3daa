"""What the contract's own checks say of a file that was read, in words that a person can act on.

These checks are derived from the contract, never written twice: `add` and `inspect` print them, the gate records them.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.catalogue.contract import Column, Contract, Table
from pipeline.ingest.containers import shown
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
    "required": "completeness", "readable": "validity", "type": "validity", "thousands": "validity", "allowed": "validity",
    "pattern": "validity", "minimum": "validity", "maximum": "validity",
}  # fmt: skip


def planned_rules(contract: Contract, table: Table) -> list[str]:
    """The ids of all checks that this contract sets on each release of a table, in the order they are reported."""
    from pipeline.ingest.read import cell_rules

    prefix = f"{contract.dataset}.{table.name}"
    cells = [rule.rule_id for column in table.columns for rule in cell_rules(prefix, column, dict(table.markers))]
    singles = [f"{prefix}.{column.name}.single" for column in table.columns if column.single]
    keys = [] if table.lines_repeat else [f"{prefix}.keys_unique"]
    return [f"{prefix}.rows_conserved", f"{prefix}.min_rows", *keys, *cells, *singles]


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
            f"{label}: {_count(report.rows_clean, 'good row')}, at least {table.min_rows} expected. "
            "Check that the download is whole" if few else "",
        ),
        Finding(
            f"{prefix}.keys_unique", "uniqueness", f"one row per {', '.join(table.keys)}", report.duplicate_keys == 0,
            report.rows_clean, report.duplicate_keys,
            f"{label}: {report.duplicate_keys:,} of its keys stand more than once, expected none, "
            f"first: {report.duplicate_example}. Counting them would count twice: "
            "get a corrected file from the publisher" if report.duplicate_keys else "",
        ),
    ]  # fmt: skip
    if table.lines_repeat:
        found.pop()
    offences = {offence.rule_id: offence for offence in report.offences}
    tolerated = report.rows_quarantined <= table.max_quarantine_share * report.rows_in
    for rule_id in planned_rules(contract, table)[len(found) :]:
        _, _, column, rule = rule_id.rsplit(".", 3)
        if rule == "single":
            found.append(_single(rule_id, column, report, label))
            continue
        offence = offences.get(rule_id)
        found.append(
            Finding(
                rule_id, DIMENSION[rule], _why(table, column, rule), offence is None or tolerated,
                report.rows_in, offence.rows if offence else 0,
                _explain(contract, table, offence, rule, report, label) if offence else "",
            )
        )  # fmt: skip
    return found


def _single(rule_id: str, column: str, report: ReadReport, label: str) -> Finding:
    values = report.singles.get(column, {})
    others = sum(values.values()) - max(values.values(), default=0)
    listed = ", ".join(f"{value or '(blank)'} in {_count(rows, 'row')}" for value, rows in values.items())
    return Finding(
        rule_id, "consistency", f"{column} is the same in every row of a release", len(values) <= 1, report.rows_clean, others,
        f"{label}: {column} has more than one value, expected one: {listed}. Two files were put together, or rows of "
        "another release got in: get the file from the publisher again" if len(values) > 1 else "",
    )  # fmt: skip


def problems(contract: Contract, table: Table, report: ReadReport, label: str) -> list[str]:
    """The messages of the checks that failed."""
    return [one.message for one in findings(contract, table, report, label) if not one.passed]


def _why(table: Table, name: str, rule: str) -> str:
    column = table.column(name)
    return {
        "required": f"{name} is never blank",
        "readable": f"{name} holds no control sign, invisible letter, sign for an unknown byte or spreadsheet error",
        "type": f"{name} is {_kind(column)}",
        "thousands": f"thousands commas in {name} stand every three digits",
        "allowed": f"{name} is one of {', '.join(column.allowed)}",
        "pattern": f"{name} looks like {column.pattern}",
        "minimum": f"{name} is at least {_plain(column.minimum)}" if column.minimum is not None else "",
        "maximum": f"{name} is at most {_plain(column.maximum)}" if column.maximum is not None else "",
    }[rule]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _plain(limit: float) -> str:
    return str(int(limit)) if limit.is_integer() else repr(limit)


# What a cell that identifies a person may be; what it is instead is never shown.
IDENTIFYING = {
    "nhs_number": "an NHS Number, or a pseudonym of a body that the contract names",
    "pseudonym": "a pseudonym of a body that the contract names",
    "date_of_birth": "a date of birth, or an age band such as 18-24",
    "postcode": "a full postcode, or the code of an LSOA",
    "local_id": "an identifier of your own and no NHS Number",
    "free_text": "text without anybody's NHS Number, postcode or date of birth",
}


def _kind(column: Column) -> str:
    if column.identifies in IDENTIFYING:
        return IDENTIFYING[column.identifies]
    if column.formats:
        day = ", its first day" if column.type == "month" else ""
        return f"a {column.type} written as {' or '.join(column.formats)}{day}"
    if column.type == "decimal":
        return f"a plain decimal number of at most {column.scale} decimals and {column.precision} digits"
    return {
        "text": "text", "integer": "a whole number in plain digits",
        "period": "a period such as 2025-01-31, 2024-12 or 2024/25",
    }[column.type]  # fmt: skip


def _explain(contract: Contract, table: Table, offence: Offence, rule: str, report: ReadReport, label: str) -> str:
    rows = next(one for one in report.members if one.name == offence.member)
    member = f" > {offence.member}" if offence.member else ""
    line = f" (line {rows.line(offence.source_row)})" if rows.line(offence.source_row) else ""
    place = f"{label}{member} row {offence.source_row}{line}"
    count = _count(offence.rows, "row")
    words = f"is {shown(offence.value)}" if offence.value else "is blank"
    remedy = (
        "get a corrected file from the publisher"
        if contract.kind == "publication"
        else "mend the row and add the file again"
    )
    column = table.column(offence.column)
    edit = _contract_edit(column, rule, offence.value)
    if edit:
        remedy += f"; if the publisher changed it, {edit} in {contract_path(contract)}"
    near = nearest_name(offence.value, column.allowed) if rule == "allowed" else ""
    known = f" (nearest known: {near!r})" if near else ""
    expected = _why(table, offence.column, rule)
    if rule == "type" and column.fate and column.pattern:
        expected += f", like {column.pattern}"
    return f"{place}: {offence.column} {words}{known}, expected: {expected}. {count}. To mend: {remedy}"


def _contract_edit(column: Column, rule: str, value: str) -> str:
    """What to change in the contract where the publisher, and not the file, is what changed; '' where nothing."""
    if rule == "allowed":
        return f"add {shown(value)} to `allowed:` of {column.name}"
    if rule == "type" and column.formats:
        return f"extend `formats:` of {column.name}"
    if rule == "type" and column.type == "decimal":
        return f"raise `scale:` or `precision:` of {column.name}"
    return ""
