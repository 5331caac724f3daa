"""Adds real files and judges them with Great Expectations itself, for the tests beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipeline.catalogue.load import catalogue
from pipeline.gate import suites
from pipeline.gate.ledger import Ledger
from pipeline.ingest import archive
from pipeline.periods import Period
from pipeline.settings import Settings


def held(paths: Iterable[Path], settings: Settings, period: Period | None = None) -> list[archive.Release]:
    """The releases of files that must be taken in without a problem, in the order in which they were added."""
    outcomes = archive.add(list(paths), settings, catalogue(), period=period)
    wrong = [
        (Path(one.path).name, one.message, one.problems) for one in outcomes if one.status != "archived" or one.problems
    ]
    assert wrong == []
    ids = {one.release_id: number for number, one in enumerate(outcomes)}
    found = [one for one in archive.releases(settings.raw) if one.release_id in ids]
    return sorted(found, key=lambda one: ids[one.release_id])


def rows_read(release: archive.Release, settings: Settings) -> tuple[int, int, int]:
    """Rows in, clean rows and rows in quarantine of a release."""
    report = archive.bronze_of(release, settings, catalogue()).report
    return report.rows_in, report.rows_clean, report.rows_quarantined


def view(con: duckdb.DuckDBPyConnection, name: str, releases: Iterable[archive.Release], settings: Settings) -> None:
    """A view over the rows of releases of one table; `file` is the published name."""
    selects = [
        f"select '{one.original_name}' as file, * from ({archive.bronze_of(one, settings, catalogue()).select()})"
        for one in releases
    ]
    con.execute(f"create view {name} as {' union all '.join(selects)}")


def not_passed(releases: Iterable[archive.Release], settings: Settings) -> tuple[int, list[tuple[str, str, str]]]:
    """How many rules Great Expectations ran, and those that did not pass: file, rule and outcome."""
    con = duckdb.connect()
    con.execute("create schema judged")
    validator, ledger, files = suites.Validator(con), Ledger(), {}
    for number, one in enumerate(releases):
        rules = suites.load_suite(one.dataset).for_table(one.table)
        con.execute(f"create table judged.t{number} as {archive.bronze_of(one, settings, catalogue()).select()}")
        ledger.plan(suites.planned(rules, one.release_id))
        validator.execute(ledger, rules, one.release_id, "judged", f"t{number}", ["member", "source_row"])
        files[one.release_id] = one.original_name
    con.close()
    wrong = [(files[check.scope], check.rule_id, check.outcome) for check in ledger.checks if check.outcome != "passed"]
    return len(ledger.checks), wrong
