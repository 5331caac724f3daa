"""Takes real files in as a person would and lets a test query their rows: one view per table, with file and period.

Belongs here: what every test of a dataset needs. Does not belong here: any expectation of a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.catalogue.load import catalogue
from pipeline.gate import suites
from pipeline.gate.ledger import Ledger
from pipeline.ingest import archive
from pipeline.ingest.archive import AddOutcome, Release
from pipeline.settings import Settings


@dataclass(frozen=True)
class Taken:
    """Files that were added. `con` has a view per table; its column `file` is the published name, `slot` the period."""

    outcomes: list[AddOutcome]
    releases: list[Release]
    settings: Settings
    con: duckdb.DuckDBPyConnection

    def rows(self, query: str) -> list[tuple]:
        return self.con.execute(query).fetchall()

    def slots(self) -> dict[tuple[str, str], tuple]:
        """(file, table) -> layout, period, where the period is from, rows read, rows clean, rows quarantined, keys twice."""
        found = {}
        for one in self.releases:
            report = archive.bronze_of(one, self.settings, catalogue()).report
            counted = (report.rows_in, report.rows_clean, report.rows_quarantined, report.duplicate_keys)
            found[one.original_name, one.table] = (one.layout, one.period.slug, one.period_from, *counted)
        return found

    def broken_rules(self) -> set[str]:
        """The rules of the suites that a release breaks, as Great Expectations says; none may fail to run."""
        validator, ledger = suites.Validator(self.con), Ledger()
        for number, one in enumerate(self.releases):
            rules = suites.load_suite(one.dataset).for_table(one.table)
            bronze = archive.bronze_of(one, self.settings, catalogue())
            self.con.execute(f"create or replace table judged.t{number} as {bronze.select()}")
            ledger.plan(suites.planned(rules, one.release_id))
            validator.execute(ledger, rules, one.release_id, "judged", f"t{number}", ["member", "source_row"])
        outcomes = {check.rule_id: check.outcome for check in ledger.checks if check.outcome != "passed"}
        assert set(outcomes.values()) <= {"failed"}, outcomes
        return set(outcomes)


def take(paths: Sequence[Path], folder: Path) -> Taken:
    """Adds files into an archive of the test's own."""
    settings = Settings(raw=folder / "raw", out=folder / "out")
    outcomes = archive.add(list(paths), settings, catalogue())
    releases = archive.releases(settings.raw)
    con = duckdb.connect()
    con.execute("create schema judged")
    selects: dict[str, list[str]] = {}
    for one in releases:
        bronze = archive.bronze_of(one, settings, catalogue())
        name = one.original_name.replace("'", "''")
        selects.setdefault(one.table, []).append(
            f"select '{name}' as file, '{one.period.slug}' as slot, * from ({bronze.select()})"
        )
    for table, parts in selects.items():
        con.execute(f"create view {table} as {' union all by name '.join(parts)}")
    return Taken(outcomes, releases, settings, con)
