"""What a suite says of a release, rule by rule, without Great Expectations: its rules are SQL, and DuckDB runs them.

That Great Expectations comes to the same outcomes is proven in tests/real.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipeline.catalogue.load import catalogue
from pipeline.gate.suites import Rule, load_suite
from pipeline.ingest import archive
from pipeline.ingest.archive import Release
from pipeline.settings import Settings


def all_added(path: Path, settings: Settings, **how: object) -> dict[str, Release]:
    """Adds a file of several tables that must be taken in without a problem; its releases by table."""
    outcomes = archive.add([path], settings, catalogue(), **how)
    assert [(one.message, one.problems) for one in outcomes if one.status == "refused" or one.problems] == []
    ids = {one.release_id for one in outcomes}
    return {one.table: one for one in archive.releases(settings.raw) if one.release_id in ids}


def failed_rules(release: Release, settings: Settings) -> set[str]:
    """The rules of its suite that a release breaks, without the name of the dataset before them."""
    bronze = archive.bronze_of(release, settings, catalogue())
    con = duckdb.connect()
    con.execute(f"create table batch as {bronze.select()}")
    rules = load_suite(release.dataset).for_table(release.table)
    assert rules
    failed = {rule.rule_id.partition(".")[2] for rule in rules if _breaks(con, rule)}
    con.close()
    return failed


def _breaks(con, rule: Rule) -> bool:
    kwargs = rule.expectation["kwargs"]
    if rule.expectation["type"] == "unexpected_rows_expectation":
        return bool(con.execute(kwargs["unexpected_rows_query"].replace("{batch}", "batch")).fetchall())
    assert rule.expectation["type"] == "expect_column_unique_value_count_to_be_between"
    (values,) = con.execute(f"select count(distinct {kwargs['column']}) from batch").fetchone()
    return not kwargs["min_value"] <= values <= kwargs["max_value"]
