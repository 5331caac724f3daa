"""Fingertips: 26 and 27 columns, with whatever name the comparison with the parent bears, are the same rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, quarantine_of, release_of, rows_of
from staged import staged

from pipeline.periods import parse

PARENT = "Compared to Region value or percentiles"
HEADER = [
    "Indicator ID", "Indicator Name", "Parent Code", "Parent Name", "Area Code", "Area Name", "Area Type", "Sex", "Age",
    "Category Type", "Category", "Time period", "Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit",
    "Lower CI 99.8 limit", "Upper CI 99.8 limit", "Count", "Denominator", "Value note", "Recent Trend",
    "Compared to England value or percentiles", PARENT, "Time period Sortable", "New data", "Compared to goal",
]  # fmt: skip
ENGLAND = {"area": "E92000001", "area_name": "England", "area_type": "England", "parent": "", "parent_name": ""}


def row(**cells: str) -> list[str]:
    """A row without the last column of the header, as the older files have them."""
    right = {
        "id": "93356", "name": "Campylobacter incidence rate/100,000\n", "parent": "E12000008",
        "parent_name": "South East region", "area": "E10000016", "area_name": "Kent", "area_type": "County & UA",
        "sex": "Persons", "age": "All ages", "category_type": "", "category": "", "period": "2016", "value": "90.25",
        "lower": "85.1", "upper": "95.123456789012345", "lower_998": "", "upper_998": "", "count": "1444",
        "denominator": "1600000", "note": "", "trend": "", "england": "Similar", "region": "Better",
        "sortable": "20160000", "new": "",
    }  # fmt: skip
    assert set(cells) <= set(right)
    return list((right | cells).values())


def older(folder: Path, found: list[list[str]], header: list[str] = HEADER) -> Path:
    return made(folder / "indicators-CountyUA.data.csv", csv_bytes(header, found, line_end="\r\n"))


def newer(folder: Path, found: list[list[str]], parent: str = "Compared to percentiles") -> Path:
    header = [parent if name == PARENT else name for name in HEADER] + ["Time period range"]
    return made(folder / "indicators-CountyUA.data.csv", csv_bytes(header, [[*one, "", "1y"] for one in found]))


def test_rows_that_end_before_their_header_are_read_whole(tmp_path, settings):
    release = added(older(tmp_path, [row(), row(area="E06000035", area_name="Medway")]), settings)
    first, second = rows_of(bronze_of(release, settings))
    assert (release.layout, release.part, release.period) == ("download_csv", "indicators-countyua", parse("2016"))
    assert (first["indicator_name"], first["area_name"]) == ("Campylobacter incidence rate/100,000", "Kent")
    assert (first["value"], first["upper_95"]) == (Decimal("90.25"), Decimal("95.123456789012345"))
    assert (first["time_period_start"], first["time_period_end"]) == (date(2016, 1, 1), date(2016, 12, 31))
    assert second["compared_with_parent"] == "Better"
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    "parent",
    ["Compared to percentiles", "Compared to PCNs (v. 27/10/23) value or percentiles", PARENT, "Column not used"],
)
def test_the_comparison_with_the_parent_is_one_column_by_any_known_name(parent, tmp_path, settings):
    release = added(newer(tmp_path, [row(period="2021/22", sortable="20210000")], parent), settings)
    (found,) = rows_of(bronze_of(release, settings))
    assert (release.layout, found["compared_with_parent"]) == ("download_csv", "Better")
    assert (found["time_period_start"], found["time_period_type"]) == (date(2021, 4, 1), "financial_year")


def test_a_comparison_by_a_new_name_is_refused_with_the_line_to_add(tmp_path, settings):
    outcome = add(newer(tmp_path, [row()], "Compared to ICBs (v. 01/04/26) value or percentiles"), settings)
    assert outcome.status == "refused"
    assert "column 'Compared to ICBs (v. 01/04/26) value or percentiles' is unknown" in outcome.message


def test_england_that_is_repeated_under_two_parents_stands_once(tmp_path, settings):
    twice = [row(**ENGLAND), row(**(ENGLAND | {"parent": "E92000001", "parent_name": "England"}))]
    release = added(newer(tmp_path, [*twice, row()]), settings)
    found = staged("stg_fingertips", [release], settings)
    assert [(one["area_code_published"], one["parent_code"], one["is_total"]) for one in found] == [
        ("E92000001", None, True), ("E10000016", "E12000008", False),
    ]  # fmt: skip
    assert failed_rules(release, settings) == set()


def test_why_a_value_is_missing_is_kept(tmp_path, settings):
    blank = {"value": "", "lower": "", "upper": "", "count": ""}
    found = [
        row(**blank, note="Value suppressed for disclosure control reasons"),
        row(
            **blank, note="Value for Cornwall & Isles of Scilly combined", area="E06000053", area_name="Isles of Scilly"
        ),
        row(category_type="County & UA deprivation deciles", category="Most deprived decile ", **ENGLAND),
    ]
    release = added(newer(tmp_path, found), settings)
    rows = staged("stg_fingertips", [release], settings)
    assert [(one["value_status"], one["is_group"], one["is_total"]) for one in rows] == [
        ("suppressed", False, False), ("missing", False, False), ("exact", True, False),
    ]  # fmt: skip
    assert rows[2]["category"] == "Most deprived decile"
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"value": "9E-05"}, "value.type"), ({"period": "2015/16 - 17/18"}, "time_period.pattern"),
        ({"sortable": "2016"}, "time_period_sortable.pattern"), ({"england": "Lower quintile"}, "compared_with_england.allowed"),
        ({"sex": "Women"}, "sex.allowed"), ({"area": "10000016"}, "area_code.pattern"),
    ],
)  # fmt: skip
def test_a_cell_that_the_contract_does_not_know_is_quarantined(cells, rule, tmp_path, settings):
    outcome = add(newer(tmp_path, [row(), row(**({"area": "E06000035", "area_name": "Medway"} | cells))]), settings)
    ((_, place, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert (place, f"fingertips.indicator_data.{rule}" in rules) == (2, True), rules
    assert outcome.problems


@pytest.mark.parametrize("gone", range(24))
def test_a_row_that_lost_a_cell_is_not_read_as_another(gone, tmp_path, settings):
    """Short rows are filled up, so that a lost cell must show: whatever stands before the last two would be shifted."""
    whole = row(
        category_type="A kind", category="A group", note="a note", trend="Increasing", lower_998="80", upper_998="99"
    )
    outcome = add(older(tmp_path, [whole, [cell for at, cell in enumerate(whole) if at != gone]]), settings)
    assert outcome.status == "refused" or any("row" in one for one in outcome.problems), outcome


@pytest.mark.parametrize(
    ("cells", "broken"),
    [
        ({"value": "95.5"}, {"limits_hold_the_value", "rates_are_of_one_scale"}),
        ({"lower": ""}, {"limits_are_a_pair"}),
        ({"sortable": "20170000"}, {"years_agree"}),
        ({"category": "A group"}, {"parent_and_category_are_whole"}),
        ({"parent_name": "Another region"}, {"codes_name_one_thing"}),
        ({"value": "", "lower": "", "upper": ""}, {"a_missing_value_is_explained"}),
        ({"count": "1440"}, {"rates_are_of_one_scale"}),
    ],
)
def test_figures_that_disagree_break_their_rules(cells, broken, tmp_path, settings):
    others = [row(area=f"E070000{at:02}", area_name=f"District {at}") for at in range(40)]
    release = added(newer(tmp_path, [*others, row(**cells)]), settings)
    assert failed_rules(release, settings) == broken


def test_a_period_of_three_calendar_years_is_all_of_them(tmp_path, settings):
    release = added(newer(tmp_path, [row(period="2018 - 20", sortable="20180000")]), settings)
    (found,) = rows_of(bronze_of(release, settings))
    assert (found["time_period_start"], found["time_period_end"], found["time_period_type"]) == (
        date(2018, 1, 1), date(2020, 12, 31), "interval",
    )  # fmt: skip
    assert failed_rules(release, settings) == set()
