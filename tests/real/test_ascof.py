"""Proves the outcomes framework of 2020-21 on the published open data: printed figures, markers, areas."""

from __future__ import annotations

from collections import Counter

import pytest
from python_calamine import CalamineWorkbook

from .read_whole import Taken, take

FILE = "meas-from-asc-of-eng-2021-open-data-csv_v2.xlsx"


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "ascof"], tmp_path_factory.mktemp("ascof"))


def test_the_file_is_taken_in_whole(taken):
    assert {(one.status, one.problems) for one in taken.outcomes} == {("archived", ())}
    assert taken.slots() == {(FILE, "measures"): ("workbook_2021", "2020-21", "name", 48_970, 48_970, 0, 0)}


def test_great_expectations_finds_nothing(taken):
    assert taken.broken_rules() == set()


def test_values_and_markers_are_those_that_calamine_counts(taken, shared_data):
    rows = CalamineWorkbook.from_path(shared_data / "ascof" / FILE).get_sheet_by_name("in").to_python()[1:]
    assert len(rows) == 48_970
    counted = Counter({"[x]": "not_available", "[c]": "suppressed"}.get(row[7], "exact") for row in rows)
    assert counted == {"exact": 22_407, "not_available": 26_520, "suppressed": 43}
    assert dict(taken.rows("select value_status, count(*) from measures group by 1")) == counted
    total = sum(round(row[7] * 1000) for row in rows if isinstance(row[7], float))
    assert taken.rows("select (sum(value) * 1000)::bigint from measures") == [(total,)]


def test_england_is_what_the_publisher_printed(taken):
    """ASCOF 2020-21, England: 13.3 and 498.2 admissions per 100,000, 79.1% at home after 91 days."""
    assert taken.rows(
        "select measure_code, value::double from measures where area_level = 'england' and measure_type = 'outcome'"
        " and measure_code in ('2A1', '2A2', '2B1', '2B2') order by 1"
    ) == [("2A1", 13.3), ("2A2", 498.2), ("2B1", 79.1), ("2B2", 3.1)]


def test_only_councils_are_areas_to_be_summed(taken):
    assert taken.rows("select area_level, count(distinct area_code) from measures group by 1 order by 1") == [
        ("council", 151), ("council_type", 5), ("england", 1), ("region", 9),
    ]  # fmt: skip
    by_level = dict(taken.rows(
        "select area_level, sum(value)::integer from measures where measure_code = '2A2' and measure_type = 'numerator' group by 1"
    ))  # fmt: skip
    # Hackney gave none: its region and England hold the publisher's estimate of it.
    assert (by_level["england"], by_level["region"], by_level["council"]) == (52_133, 52_133, 52_067)
