"""Proves adult social care activity and finance on the published files of 2013-14, 2015-16 and 2016-17."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from .read_whole import Taken, take

ITEMS = "Annex_Final_CASSR_Level_Activity_Data_2013_14.csv"


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "asc_fr"], tmp_path_factory.mktemp("asc_fr"))


def records(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="cp1252") as text:
        return list(csv.reader(text))


def test_every_file_is_taken_in_whole(taken, shared_data):
    assert {(one.status, one.problems) for one in taken.outcomes} == {("archived", ())}
    expected = {
        ("CSV ASCFR Activity.csv", "activity"): ("keys_2017", "2016-17", "content"),
        ("CSV ASCFR Additional.csv", "additional"): ("keys_2017", "2016-17", "content"),
        ("CSV ASCFR Totals.csv", "totals"): ("keys_2017", "2016-17", "content"),
        ("pss-exp-eng-15-16-fin-act.csv", "activity"): ("words_2016", "2015-16", "name"),
        ("pss-exp-eng-15-16-fin-add-data.csv", "additional"): ("words_2016", "2015-16", "name"),
    }
    rows = {key: len(records(shared_data / "asc_fr" / key[0])) - 1 for key in expected}
    wanted = {key: (*said, rows[key], rows[key], 0, 0) for key, said in expected.items()}
    wanted[ITEMS, "activity_items"] = ("headings_2014", "2013-14", "content", 153 * 127, 153 * 127, 0, 0)
    assert taken.slots() == wanted


def test_great_expectations_finds_nothing(taken):
    assert taken.broken_rules() == set()


def test_the_wide_form_holds_every_cell(taken, shared_data):
    rows = records(shared_data / "asc_fr" / ITEMS)
    codes = rows[5]
    assert codes[1] == "A1.1"
    published = {
        (" ".join(row[0].split()), code): None if cell == ".." else int(cell.replace(",", ""))
        for row in rows[6:159]
        for code, cell in zip(codes[1:], row[1:], strict=True)
    }
    found = taken.rows("select council, item, value from activity_items")
    assert {(council, item): value for council, item, value in found} == published
    assert published["TOTAL England", "A1.1"] == 846_980


def test_keys_and_words_of_an_item_mean_the_same(taken):
    """Every item of activity stands in both years: what keys became is what words say."""
    terms = "care_type, provision, age_band, primary_support_reason, data_type"
    parts = "coalesce(support_setting, 'none'), coalesce(purpose, 'none')"
    years = [
        set(taken.rows(f"select distinct item_code, {terms}, {parts} from activity where slot = '{slot}'"))
        for slot in ("2015-16", "2016-17")
    ]
    assert years[0] == years[1]
    assert len(years[0]) == 125


def test_headings_of_additional_items_mean_the_same(taken):
    """One item of 2015-16 was dropped; of one the duty to return it changed."""
    terms = "data_source, coalesce(age_band, 'none'), heading"
    old, new = (
        {
            row[0]: row[1:]
            for row in taken.rows(f"select distinct item_code, {terms} from additional where slot = '{slot}'")
        }
        for slot in ("2015-16", "2016-17")
    )
    assert set(old) - set(new) == {"8643201"}
    assert {code: old[code] for code in new} == new


def test_england_is_the_sum_of_councils_where_it_is_published(taken, shared_data):
    rows = records(shared_data / "asc_fr" / "CSV ASCFR Totals.csv")[1:]
    england = sum(Decimal(row[11]) for row in rows if row[3] == "E92000001")
    sums = taken.rows(
        """select sum(total_expenditure) filter (council_code is not null),
            sum(total_expenditure) filter (council_code is null and region_code = 'E92000001'),
            sum(total_expenditure) filter (council_code is null and region_code <> 'E92000001'), from totals"""
    )[0]
    assert [round(one) for one in sums] == [round(england)] * 3
    assert taken.rows("select count(distinct council_code), count(distinct region_code) from totals") == [(151, 10)]


def test_a_number_in_scientific_notation_is_read(taken, shared_data):
    """Sums of a spreadsheet that should be 0 are 1E-14 or the like; at nine places they are."""
    rows = records(shared_data / "asc_fr" / "CSV ASCFR Totals.csv")
    published = [Decimal(cell) for row in rows[1:] for cell in row[11:] if "E-" in cell]
    assert len(published) > 40
    names = (
        "total_expenditure", "total_income", "net_total_expenditure", "gross_total_expenditure",
        "net_current_expenditure", "gross_current_expenditure",
    )  # fmt: skip
    every = [sum(Decimal(row[at]) for row in rows[1:]) for at in range(11, 17)]
    found = taken.rows(f"select {', '.join(f'sum({name})' for name in names)} from totals")[0]
    assert [round(one, 3) for one in found] == [round(one, 3) for one in every]
