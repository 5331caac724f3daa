"""Three downloads of Fingertips, of 26 and 27 columns, whole."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from tests.real.read_whole import Taken, take

EMERGENCY, REGISTER, BACTERIA = "HEEC_ed_under5.csv", "HEEC_ld_qof_prev.csv", "indicators-CountyUA.data.csv"
FILES = (EMERGENCY, REGISTER, BACTERIA)


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "fingertips" / name for name in FILES], tmp_path_factory.mktemp("fingertips")).whole()


@pytest.fixture(scope="module")
def published(shared_data) -> dict[str, list[dict[str, str]]]:
    return {name: records(shared_data / "fingertips" / name) for name in FILES}


def records(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as text:
        return list(csv.DictReader(text, restval=""))


def test_every_download_stands_in_its_part_with_all_its_rows(taken, published):
    assert [(one.part, one.period.slug) for one in taken.releases] == [
        ("heec-ed-under5", "2022"), ("heec-ld-qof-prev", "2022"),
        ("indicators-countyua", "2017"),
    ]  # fmt: skip
    rows = [len(published[name]) for name in FILES]
    assert rows == [7610, 464, 852]
    assert taken.counts() == [(n, n, 0) for n in rows]


def test_great_expectations_finds_nothing_wrong(taken):
    assert taken.not_passed() == (24, [])


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("Value", "value"), ("Lower CI 95.0 limit", "lower_95"), ("Upper CI 95.0 limit", "upper_95"),
        ("Upper CI 99.8 limit", "upper_998"), ("Count", "count"), ("Denominator", "denominator"),
    ],
)  # fmt: skip
def test_every_figure_has_all_its_decimals(name, column, taken, published):
    for file in FILES:
        cells = [Decimal(row[name]) for row in published[file] if row[name]]
        assert taken.rows(
            f"select count({column}), coalesce(sum({column}), 0) from indicator_data where file = ?", [file]
        ) == [(len(cells), sum(cells))], file


def test_england_has_the_printed_rates(taken):
    """A&E attendances of children under 5, and learning disability in QOF, as Fingertips prints them."""
    assert taken.rows(
        "select count, denominator, value from indicator_data where file = ? and area_code = 'E92000001'"
        " and sex = 'Male' and time_period = '2021/22'",
        [EMERGENCY],
    ) == [(1_302_555, 1_565_772, Decimal("831.8931492"))]
    assert taken.rows(
        "select distinct count, denominator, value from indicator_data where file = ? and area_code = 'E92000001'"
        " and category is null and time_period = '2014/15'",
        [REGISTER],
    ) == [(252_446, 56_817_654, Decimal("0.444309087"))]


def test_the_comparison_with_the_parent_is_kept_under_each_of_its_names(taken, published):
    names = {
        EMERGENCY: "Compared to PCNs (v. 27/10/23) value or percentiles", REGISTER: "Compared to percentiles",
        BACTERIA: "Compared to Region value or percentiles",
    }  # fmt: skip
    for file, name in names.items():
        cells = [row[name] for row in published[file]]
        found = taken.rows("select compared_with_parent from indicator_data where file = ? order by source_row", [file])
        assert [cell for (cell,) in found] == cells


def test_a_missing_value_is_never_zero(taken):
    assert taken.rows(
        "select value_note, count(*), count(value) from indicator_data where value_status = 'missing' group by 1 order by 1"
    ) == [
        ("Value for Cornwall & Isles of Scilly combined", 5, 0), ("Value for Hackney and City of London combined", 5, 0),
        ("Value suppressed for disclosure control reasons", 1, 0),
    ]  # fmt: skip
