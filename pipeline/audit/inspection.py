"""Looks at a file as `add` and the gate would, and archives nothing."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from pipeline import duck
from pipeline.catalogue.contract import Contract
from pipeline.catalogue.load import HERE, Catalogue, catalogue
from pipeline.errors import EXIT_PARTLY_REFUSED, Refused
from pipeline.gate import suites
from pipeline.gate.ledger import Ledger
from pipeline.ingest import layout_diff
from pipeline.ingest.archive import part_of, period_of_release
from pipeline.ingest.findings import findings
from pipeline.ingest.identify import Identified, NotClaimed, contract_path, identify
from pipeline.ingest.read import bronze_columns, read
from pipeline.periods import Period
from pipeline.publish.edition import sha256_of
from pipeline.settings import Settings
from pipeline.submission import problems, report
from pipeline.submission.problems import Problem, Reading, in_order

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
    """What a file is, how it differs from the nearest layout, how its rows read, what every check says, and `problems`.

    A file that is refused comes back with its refusal, and with its difference where it can be looked into.
    Raises Refused where there is no file.
    """
    if not file.is_file():
        raise Refused("there is no such file", where=str(file), remedy="Check the path")
    known = catalogue()
    try:
        found = identify(file, known, dataset=dataset)
        if isinstance(found, NotClaimed):
            return _not_claimed(file, found, known, settings)
        sha256 = sha256_of(file)
        looked = [_inspect_table(file, one, sha256, period, settings, progress) for one in found]
    except Refused as refusal:
        return _refused(file, refusal, known, dataset, settings)
    tables = [table for table, _ in looked]
    refused = next((one["refused"] for one in tables if one["refused"]), "")
    failed = any(not check["passed"] and check["severity"] == "critical" for one in tables for check in one["checks"])
    return {
        "file": file.name, "claimed": True, "sha256": sha256, "tables": tables, "blocking": failed or bool(refused),
        "problems": [problems.facts(problem) for problem in in_order(problem for _, ones in looked for problem in ones)],
        **({"error": refused, "exit_status": EXIT_PARTLY_REFUSED} if refused else {}),
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
        "problems": [problems.facts(problems.of_unclaimed(found.reason, found.remedy))],
    }  # fmt: skip


def _refused(file: Path, refusal: Refused, known: Catalogue, dataset: str | None, settings: Settings) -> dict:
    try:
        difference = layout_diff.difference_of(file, known, dataset=dataset, threads=settings.threads)
    except Refused:
        difference = None
    if difference is not None and difference.contract.person_level is True:
        difference = None  # it shows cells, and those of people are not shown
    refusal = problems.in_our_words(refusal, difference)
    return {
        "file": file.name, "claimed": True, "error": str(refusal), "exit_status": refusal.exit_status, "blocking": True,
        "difference": _difference_facts(difference),
        "ours": difference is not None and difference.contract.kind == "extract",
        "problems": [problems.facts(one) for one in problems.of_refusal(refusal, difference)],
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
) -> tuple[dict, list[Problem]]:
    contract, table = found.contract, found.table
    with tempfile.TemporaryDirectory() as scratch:
        progress(f"reading {file.name} as {contract.dataset}/{table.name}")
        bronze = read(file, found, sha256, Path(scratch), label=file.name, threads=settings.threads)
        read_report, reading = bronze.report, Reading(found, bronze, file.name)
        slot, refusal = _slot(reading, given)
        difference = None  # it shows cells, and those of people are not shown
        if contract.person_level is not True:
            difference = layout_diff.difference_of_read(file, found, bronze, file.name, settings.threads)
        of_contract = findings(contract, table, read_report, file.name)
        found_here = list(problems.of_refusal(refusal, None)) if refusal else []
        found_here += [*problems.of_reading(reading, of_contract), *problems.of_name(reading, slot["part"])]
        progress("running its suite")
        of_suite, more = _suite_checks(reading, settings)
        checks = [asdict(one) | {"severity": "critical"} for one in of_contract] + of_suite
    facts = {
        "dataset": contract.dataset, "table": table.name, "layout": found.layout.id, "kind": contract.kind,
        "proof": contract.proof, **slot, "refused": str(refusal or ""),
        "rows_in": read_report.rows_in, "rows_clean": read_report.rows_clean,
        "rows_quarantined": read_report.rows_quarantined, "members": len(read_report.members), "checks": checks,
        "difference": _difference_facts(difference), "to_decide": undecided(contract),
    }  # fmt: skip
    return facts, found_here + more


def _slot(reading: Reading, given: Period | None) -> tuple[dict[str, str], Refused | None]:
    """Part and period of a file, or why `add` would refuse it: its rows are still worth looking at."""
    slot = {"part": "", "period": "", "period_from": "", "period_in_name": ""}
    try:
        slot["part"] = part_of(reading.table, reading.label)
        period, slot["period_from"], slot["period_in_name"] = period_of_release(
            reading.contract, reading.table, reading.report, reading.label, given
        )
        slot["period"] = period.slug
    except Refused as refusal:
        return slot, problems.of_slot(refusal, reading, in_name=not slot["part"])
    return slot, None


def undecided(contract: Contract) -> list[str]:
    """The lines of a contract that say that a person has still to decide something, each with where it stands."""
    path = next(HERE.glob(f"*/{contract.dataset}.yml"), None)
    lines = path.read_text("utf-8").splitlines() if path else []
    where = contract_path(contract)
    return [f"{where}:{number}: {line.strip()}" for number, line in enumerate(lines, start=1) if UNDECIDED.search(line)]


def _suite_checks(reading: Reading, settings: Settings) -> tuple[list[dict], list[Problem]]:
    rules = suites.load_suite(reading.contract.dataset).for_table(reading.table.name)
    ledger = Ledger()
    ledger.plan(suites.planned(rules, "file"))
    con = duck.connect(threads=settings.threads)
    try:
        con.execute("create schema release")
        con.execute(f"create view release.rows as {reading.bronze.select(bronze_columns(reading.table))}")
        suites.Validator(con).execute(ledger, rules, "file", "release", "rows", ["member", "source_row"])
        by_rule = {check.rule_id: check for check in ledger.checks}
        found_here = list(problems.of_suite(con, "release.rows", reading, rules, by_rule))
    finally:
        con.close()
    checked = [
        replace(check, severity="critical") if check.outcome in ("errored", "not_run") else check
        for check in ledger.checks
    ]
    return [asdict(check) | {"passed": check.outcome == "passed"} for check in checked], found_here


def lines(found: dict, width: int = 160) -> Iterator[str]:
    """What `inspect` found, in words; the table of problems at most `width` characters wide."""
    if not found["claimed"]:
        yield f"{found['file']}: {found['reason']}; nearest: {found['nearest']}"
        if found["difference"]:
            yield from found["difference"]["lines"]
        yield f"  {found['remedy']}"
        return
    if "tables" not in found:
        yield f"{found['file']}: refused"
        # The form of an extract is ours: there is no publisher who may have changed it.
        if found["difference"] and not found["ours"]:
            yield from found["difference"]["lines"]
    for one in found.get("tables", ()):
        yield from _table_lines(found["file"], one)
    listed = problems_of(found)
    if listed:
        yield f"  {report.summary(listed)}"
        yield report.text(listed, width)


def write_report(found: dict, path: Path) -> None:
    """Writes every problem of what `inspect` found to a CSV file or a page."""
    report.write(path, found["file"], problems_of(found))


def problems_of(found: dict) -> list[Problem]:
    """The problems of what `inspect` found."""
    return [problems.from_facts(one) for one in found["problems"]]


def _table_lines(file: str, one: dict) -> Iterator[str]:
    yield f"{file}: {one['dataset']}/{one['table']}, layout {one['layout']} (proven on: {one['proof']})"
    contradicts = f"; its name says {one['period_in_name']}" if one["period_in_name"] else ""
    if one["refused"]:
        yield "  period or part unknown: it would be refused"
    else:
        yield f"  period {one['period']} (from its {one['period_from']}{contradicts}), part {one['part']}"
    rows = f"{one['rows_clean']:,} clean, {one['rows_quarantined']:,} in quarantine"
    yield f"  {one['rows_in']:,} rows in {one['members']} members: {rows}"
    # The form of an extract is ours: there is no publisher who may have changed it.
    if one["kind"] != "extract":
        yield from one["difference"]["lines"]
    failed = [check for check in one["checks"] if not check["passed"]]
    yield f"  {len(one['checks'])} checks, {len(one['checks']) - len(failed)} passed"
    if one["to_decide"]:
        yield f"  {len(one['to_decide'])} to be decided by a person before anybody relies on it:"
        yield from (f"    {line}" for line in one["to_decide"])
