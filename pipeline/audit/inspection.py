"""Looks at a file as `add` and the gate would, and archives nothing."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from pipeline import duck
from pipeline.catalogue.contract import Contract, Table
from pipeline.catalogue.load import HERE, Catalogue, catalogue
from pipeline.errors import Refused
from pipeline.gate import suites
from pipeline.gate.ledger import Ledger
from pipeline.ingest import layout_diff
from pipeline.ingest.archive import part_of, period_of_release
from pipeline.ingest.findings import findings
from pipeline.ingest.identify import Identified, NotClaimed, contract_path, identify
from pipeline.ingest.read import Bronze, bronze_columns, read
from pipeline.periods import Period
from pipeline.publish.edition import sha256_of
from pipeline.settings import Settings

# A contract marks with these words what nobody has decided yet.
UNDECIDED = re.compile(r"to be decided|TO DECIDE", re.IGNORECASE)


def inspect(
    file: Path,
    settings: Settings,
    *,
    dataset: str | None = None,
    period: Period | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> dict:
    """What a file is, how it differs from the nearest layout, how its rows read, and what every check says.

    A file that is refused comes back with its refusal and its difference. Raises Refused where it cannot be looked into.
    """
    if not file.is_file():
        raise Refused("there is no such file", where=str(file), remedy="Check the path")
    known = catalogue()
    try:
        found = identify(file, known, dataset=dataset)
        if isinstance(found, NotClaimed):
            return _not_claimed(file, found, known, settings)
        sha256 = sha256_of(file)
        tables = [_inspect_table(file, one, sha256, period, settings, progress) for one in found]
    except Refused as refusal:
        return _refused(file, refusal, known, dataset, settings)
    return {
        "file": file.name, "claimed": True, "sha256": sha256, "tables": tables,
        "blocking": any(not check["passed"] and check["severity"] == "critical" for one in tables for check in one["checks"]),
    }  # fmt: skip


def _not_claimed(file: Path, found: NotClaimed, known: Catalogue, settings: Settings) -> dict:
    nearest = f"{found.nearest} ({found.likeness:.0%} alike)" if found.nearest else "none"
    try:
        difference = layout_diff.difference_of(file, known, threads=settings.threads)
    except Refused:  # a file of another kind altogether, such as a PDF: nobody claims it, so nothing is refused
        difference = None
    return {
        "file": file.name, "claimed": False, "reason": found.reason, "nearest": nearest, "blocking": False,
        "difference": _difference_facts(difference), "remedy": found.remedy,
    }  # fmt: skip


def _refused(file: Path, refusal: Refused, known: Catalogue, dataset: str | None, settings: Settings) -> dict:
    try:
        difference = layout_diff.difference_of(file, known, dataset=dataset, threads=settings.threads)
    except Refused:
        difference = None
    if difference is None:
        raise refusal
    return {
        "file": file.name, "claimed": True, "error": str(refusal), "exit_status": refusal.exit_status, "blocking": True,
        "difference": _difference_facts(difference),
    }  # fmt: skip


def _difference_facts(difference: layout_diff.Difference | None) -> dict | None:
    if difference is None:
        return None
    path = contract_path(difference.contract)
    return layout_diff.facts(difference, path) | {"lines": list(layout_diff.lines(difference, path))}


def _inspect_table(
    file: Path,
    found: Identified,
    sha256: str,
    given: Period | None,
    settings: Settings,
    progress: Callable[[str], None],
) -> dict:
    contract, table = found.contract, found.table
    with tempfile.TemporaryDirectory() as scratch:
        progress(f"reading {file.name} as {contract.dataset}/{table.name}")
        bronze = read(file, found, sha256, Path(scratch), label=file.name, threads=settings.threads)
        report = bronze.report
        period, period_from, in_name = period_of_release(contract, table, report, file.name, given)
        difference = layout_diff.difference_of_read(file, found, bronze, file.name, settings.threads)
        checks = [asdict(one) | {"severity": "critical"} for one in findings(contract, table, report, file.name)]
        progress("running its suite")
        checks += _suite_checks(contract.dataset, table, bronze, settings)
    return {
        "dataset": contract.dataset, "table": table.name, "layout": found.layout.id,
        "proof": contract.proof, "part": part_of(table, file.name), "period": period.slug, "period_from": period_from,
        "period_in_name": in_name, "rows_in": report.rows_in, "rows_clean": report.rows_clean,
        "rows_quarantined": report.rows_quarantined, "members": len(report.members), "checks": checks,
        "difference": _difference_facts(difference), "to_decide": undecided(contract),
    }  # fmt: skip


def undecided(contract: Contract) -> list[str]:
    """The lines of a contract that say that a person has still to decide something, each with where it stands."""
    path = next(HERE.glob(f"*/{contract.dataset}.yml"), None)
    lines = path.read_text("utf-8").splitlines() if path else []
    where = contract_path(contract)
    return [f"{where}:{number}: {line.strip()}" for number, line in enumerate(lines, start=1) if UNDECIDED.search(line)]


def _suite_checks(dataset: str, table: Table, bronze: Bronze, settings: Settings) -> list[dict]:
    rules = suites.load_suite(dataset).for_table(table.name)
    ledger = Ledger()
    ledger.plan(suites.planned(rules, "file"))
    con = duck.connect(threads=settings.threads)
    try:
        con.execute("create schema release")
        con.execute(f"create view release.rows as {bronze.select(bronze_columns(table))}")
        suites.Validator(con).execute(ledger, rules, "file", "release", "rows", ["member", "source_row"])
    finally:
        con.close()
    checked = [
        replace(check, severity="critical") if check.outcome in ("errored", "not_run") else check
        for check in ledger.checks
    ]
    return [asdict(check) | {"passed": check.outcome == "passed"} for check in checked]


def lines(found: dict) -> Iterator[str]:
    """What `inspect` found, in words."""
    if not found["claimed"]:
        yield f"{found['file']}: {found['reason']}; nearest: {found['nearest']}"
        if found["difference"]:
            yield from found["difference"]["lines"]
        yield f"  {found['remedy']}"
        return
    if "error" in found:
        yield f"{found['file']}: refused"
        yield from found["difference"]["lines"]
        return
    for one in found["tables"]:
        yield from _table_lines(found["file"], one)


def _table_lines(file: str, one: dict) -> Iterator[str]:
    yield f"{file}: {one['dataset']}/{one['table']}, layout {one['layout']} (proven on: {one['proof']})"
    contradicts = f"; its name says {one['period_in_name']}" if one["period_in_name"] else ""
    yield f"  period {one['period']} (from its {one['period_from']}{contradicts}), part {one['part']}"
    rows = f"{one['rows_clean']:,} clean, {one['rows_quarantined']:,} in quarantine"
    yield f"  {one['rows_in']:,} rows in {one['members']} members: {rows}"
    yield from one["difference"]["lines"]
    failed = [check for check in one["checks"] if not check["passed"]]
    yield f"  {len(one['checks'])} checks, {len(one['checks']) - len(failed)} passed"
    for check in failed:
        yield f"  {check['severity']}: {check['rule_id']}: {check['message']}"
    if one["to_decide"]:
        yield f"  {len(one['to_decide'])} to be decided by a person before anybody relies on it:"
        yield from (f"    {line}" for line in one["to_decide"])
