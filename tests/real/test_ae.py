"""Proves A&E on the published series and on two provider tables that were saved as CSV."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from .read_whole import Taken, take

SERIES = "Monthly-AE-Time-Series-June-2025.xls"


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "ae"], tmp_path_factory.mktemp("ae"))


def test_every_file_is_taken_in_whole(taken):
    assert {(one.status, one.problems) for one in taken.outcomes} == {("archived", ())}
    assert taken.slots() == {
        ("April-2025-AE.csv", "provider"): ("provider_2025_04", "2025-04", "name", 198, 198, 0, 0),
        ("December-2025-AE.csv", "provider"): ("provider_2025_12", "2025-12", "name", 197, 197, 0, 0),
        (SERIES, "series_activity"): ("series_2025", "2025-06", "content", 179, 179, 0, 0),
        (SERIES, "series_performance"): ("series_2025", "2025-06", "content", 176, 176, 0, 0),
        (SERIES, "series_booked"): ("series_2025", "2025-06", "content", 59, 59, 0, 0),
    }


def test_great_expectations_finds_nothing(taken):
    assert taken.broken_rules() == set()


@pytest.mark.parametrize(("file", "slot"), [("April-2025-AE.csv", "2025-04"), ("December-2025-AE.csv", "2025-12")])
def test_columns_of_one_name_are_told_apart_as_the_csv_module_sees_them(file, slot, taken, shared_data):
    with (shared_data / "ae" / file).open(newline="", encoding="utf-8") as text:
        records = list(csv.reader(text))[1:]
    sums = Counter()
    for record in records:
        for at in (3, 7, 11, 6, 23, 26):
            sums[at] += int(record[at].replace(",", ""))
    assert taken.rows(
        "select sum(type_1), sum(within_type_1), sum(over_type_1), sum(attendances), sum(admissions_other),"
        f" sum(waits_over_12_hours) from provider where slot = '{slot}'"
    ) == [tuple(sums[at] for at in (3, 7, 11, 6, 23, 26))]


def test_the_months_of_england_are_what_the_publisher_printed(taken):
    """June 2025: 2.35 million attendances, 75.5% within four hours, 38,683 waits of more than 12 hours."""
    assert taken.rows(
        "select attendances::integer, admissions::integer, waits_over_12_hours::integer from series_activity"
        " where month = date '2025-06-01'"
    ) == [(2_350_478, 536_896, 38_683)]
    assert taken.rows(
        "select round(100 * share, 1)::varchar, round(100 * share_type_1, 1)::varchar from series_performance"
        " where month = date '2025-06-01'"
    ) == [("75.5", "61.7")]


def test_providers_come_near_the_series_which_was_revised_after_them(taken):
    """The provider table of April 2025 is older than the series: 0.07% apart."""
    assert taken.rows(
        "select sum(provider.attendances), max(series_activity.attendances)::integer from provider, series_activity"
        " where provider.slot = '2025-04' and month = date '2025-04-01'"
    ) == [(2_297_421, 2_295_820)]
