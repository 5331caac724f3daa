"""Takes real files in as a person would and lets a test ask what became of them: releases, rows, rules that they break.

Belongs here: what every test of a dataset needs. Does not belong here: any expectation of a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import duckdb

from pipeline.catalogue.load import catalogue
from pipeline.gate import suites
from pipeline.gate.ledger import Ledger
from pipeline.ingest import archive
from pipeline.ingest.archive import AddOutcome, Release
from pipeline.ingest.read import Bronze, ReadReport
from pipeline.periods import Period
from pipeline.settings import Settings

NUMBERS = count()


@dataclass(frozen=True)
class Taken:
    """Files that were added, and their releases in the order in which they were added.

    `con` has a view per table over the rows of all its releases; its column `file` is the published name, `slot` the period.
    """

    outcomes: list[AddOutcome]
    releases: list[Release]
    settings: Settings
    con: duckdb.DuckDBPyConnection

    def then(self, paths: Sequence[Path], period: Period | None = None) -> Taken:
        """More files in the same archive, such as those of another period."""
        outcomes = archive.add(list(paths), self.settings, catalogue(), period=period)
        return _taken([*self.outcomes, *outcomes], self.settings, self.con)

    def whole(self) -> Taken:
        """Itself, where every file was taken in without a problem."""
        wrong = [
            (Path(one.path).name, one.message, one.problems)
            for one in self.outcomes
            if one.status != "archived" or one.problems
        ]
        assert wrong == []
        return self

    def bronze(self, release: Release) -> Bronze:
        return archive.bronze_of(release, self.settings, catalogue())

    def reports(self) -> list[tuple[Release, ReadReport]]:
        return [(one, self.bronze(one).report) for one in self.releases]

    def rows(self, query: str, parameters: object = None) -> list[tuple]:
        return self.con.execute(query, parameters).fetchall()

    def counts(self) -> list[tuple[int, int, int]]:
        """Rows in, clean rows and rows in quarantine of each release."""
        return [(report.rows_in, report.rows_clean, report.rows_quarantined) for _, report in self.reports()]

    def slots(self) -> dict[tuple[str, str], tuple]:
        """(file, table) -> layout, period, where the period is from, rows read, rows clean, rows quarantined, keys twice."""
        found = {}
        for one, report in self.reports():
            counted = (report.rows_in, report.rows_clean, report.rows_quarantined, report.duplicate_keys)
            found[one.original_name, one.table] = (one.layout, one.period.slug, one.period_from, *counted)
        return found

    def not_passed(self) -> tuple[int, list[tuple[str, str, str]]]:
        """How many rules Great Expectations ran, and those that did not pass: file, rule and outcome."""
        con, validator = _judge()
        ledger, files = Ledger(), {}
        for one in self.releases:
            rules = suites.load_suite(one.dataset).for_table(one.table)
            assert rules, one.release_id
            # Great Expectations remembers the columns of a table that it saw: each has a name of its own.
            table = f"t{next(NUMBERS)}"
            con.execute(f"create table judged.{table} as {self.bronze(one).select()}")
            ledger.plan(suites.planned(rules, one.release_id))
            validator.execute(ledger, rules, one.release_id, "judged", table, ["member", "source_row"])
            con.execute(f"drop table judged.{table}")
            files[one.release_id] = one.original_name
        wrong = [
            (files[check.scope], check.rule_id, check.outcome) for check in ledger.checks if check.outcome != "passed"
        ]
        return len(ledger.checks), wrong

    def broken_rules(self) -> set[str]:
        """The rules of the suites that a release breaks, as Great Expectations says; none may fail to run."""
        _, wrong = self.not_passed()
        assert {outcome for _, _, outcome in wrong} <= {"failed"}, wrong
        return {rule for _, rule, _ in wrong}


def take(paths: Sequence[Path], folder: Path, period: Period | None = None) -> Taken:
    """Adds files into an archive in `folder`, which is of the test's own."""
    return Taken([], [], settings_in(folder), duckdb.connect()).then(paths, period)


def settings_in(folder: Path) -> Settings:
    """Settings over an archive and an output folder in `folder`.

    What a file was read into is kept beside `folder`, for the next test that adds the same file: it stands there under digests of
    the file, of its contract and of the reader, as it does from one run to the next.
    """
    settings, kept = Settings(raw=folder / "raw", out=folder / "out"), folder.parent / "bronze"
    settings.work.mkdir(parents=True)
    kept.mkdir(exist_ok=True)
    (settings.work / "bronze").symlink_to(kept, target_is_directory=True)
    return settings


def _taken(outcomes: list[AddOutcome], settings: Settings, con: duckdb.DuckDBPyConnection) -> Taken:
    """All that is in the archive, and its views made anew."""
    order = {one.release_id: number for number, one in enumerate(outcomes)}
    releases = sorted(archive.releases(settings.raw), key=lambda one: order[one.release_id])
    taken = Taken(outcomes, releases, settings, con)
    selects: dict[str, list[str]] = {}
    for one in releases:
        name = one.original_name.replace("'", "''")
        selects.setdefault(one.table, []).append(
            f"select '{name}' as file, '{one.period.slug}' as slot, * from ({taken.bronze(one).select()})"
        )
    for table, parts in selects.items():
        con.execute(f"create or replace view {table} as {' union all by name '.join(parts)}")
    return taken


@cache
def _judge() -> tuple[duckdb.DuckDBPyConnection, suites.Validator]:
    """Great Expectations over a database of its own: all releases are judged in one, one after the other."""
    con = duckdb.connect()
    con.execute("create schema judged")
    return con, suites.Validator(con)
