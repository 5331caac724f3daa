"""What a suite says of a release, rule by rule, without Great Expectations: its rules are SQL, and DuckDB runs them.

That Great Expectations comes to the same outcomes is proven in tests/real. Does not belong here: adding a file (published.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import duckdb

from pipeline.catalogue.load import catalogue
from pipeline.gate.suites import Rule, load_suite
from pipeline.ingest import archive
from pipeline.ingest.archive import Release
from pipeline.settings import Settings

# A database of one's own costs 11 ms: all releases are judged in one, one after the other.
CON = duckdb.connect(config={"threads": 1})
suite = cache(load_suite)


def failed_rules(release: Release, settings: Settings) -> set[str]:
    """The rules of its suite that a release breaks, without the name of the dataset before them."""
    rules = suite(release.dataset).for_table(release.table)
    assert rules
    found = broken_rules(archive.bronze_of(release, settings, catalogue()).select(), rules)
    return {rule_id.partition(".")[2] for rule_id in found}


def broken_rules(rows: str, rules: Iterable[Rule]) -> set[str]:
    """The ids of those `rules` that the rows of an SQL query break."""
    CON.execute(f"create or replace table batch as {rows}")
    return {rule.rule_id for rule in rules if _breaks(rule)}


def _breaks(rule: Rule) -> bool:
    kwargs = rule.expectation["kwargs"]
    if rule.expectation["type"] == "unexpected_rows_expectation":
        return bool(CON.execute(kwargs["unexpected_rows_query"].replace("{batch}", "batch")).fetchall())
    assert rule.expectation["type"] == "expect_column_unique_value_count_to_be_between"
    (values,) = CON.execute(f"select count(distinct {kwargs['column']}) from batch").fetchone()
    return not kwargs["min_value"] <= values <= kwargs["max_value"]
