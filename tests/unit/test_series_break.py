"""Breaks in series, as data: each names a metric of the catalogue, and limits begin anew at those that change the level."""

from __future__ import annotations

import csv
from datetime import date

from pipeline.catalogue.load import catalogue
from pipeline.settings import DBT_PROJECT

SEEDS = DBT_PROJECT / "seeds"


def rows(seed: str) -> list[dict[str, str]]:
    return list(csv.DictReader((SEEDS / f"{seed}.csv").read_text("utf-8").splitlines()))


def test_each_break_is_of_a_metric_and_its_source():
    sources = {metric.key: metric.source for metric in catalogue().metrics}
    assert [
        one["break_id"] for one in rows("series_break_stated") if sources.get(one["metric_key"]) != one["source"]
    ] == []


def test_limits_of_monthly_records_begin_anew_where_the_level_changed():
    """Of what is printed now and then, and of years, no limits are computed."""
    cadence = {metric.key: metric.cadence for metric in catalogue().metrics}
    begun = {(one["metric_key"], one["rebase_from"]) for one in rows("spc_rebase")}
    for one in rows("series_break_stated"):
        month = date.fromisoformat(one["break_day"]).replace(day=1)
        if one["changes_level"] == "true" and one["kind"] == "definition" and cadence[one["metric_key"]] == "monthly":
            assert (one["metric_key"], month.isoformat()) in begun, one["break_id"]
