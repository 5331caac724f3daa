"""Proves the population contract on three workbooks that the ONS published, with the figures of their other sheets, MYE1 and MYE3."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.real.read_whole import Taken, take

# file -> (slot, sheets, range of each, areas)
WORKBOOKS = {
    "ukmidyearestimates2016.xls": ("2016", ("MYE2 - All", "MYE2 - M", "MYE2 - F"), "A5:CP445", 440),
    "ukmidyearestimates20192020ladcodes.xls": ("2019", ("MYE2 - Persons", "MYE2 - Males", "MYE2 - Females"), "A5:CQ431", 426),
    "ukpopestimatesmid2020on2021geography.xls": ("2020", ("MYE2 - Persons", "MYE2 - Males", "MYE2 - Females"), "A8:CQ428", 420),
}  # fmt: skip
DERIVED = "derived__lsoa_mye_16_20.csv"


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "ons_mye"], tmp_path_factory.mktemp("ons_mye"))


@pytest.fixture(scope="module")
def books(shared_data) -> dict[str, CalamineWorkbook]:
    return {name: CalamineWorkbook.from_path(shared_data / "ons_mye" / name) for name in WORKBOOKS}


def test_every_workbook_is_taken_in_and_what_was_derived_from_them_is_not(taken):
    left = {Path(one.path).name: (one.status, one.message) for one in taken.outcomes if one.status != "archived"}
    ((status, message),) = [left.pop(DERIVED)]
    assert (status, left) == ("skipped", {})
    assert message.startswith(f"{DERIVED}: no contract covers this file")
    assert [one.problems for one in taken.outcomes if one.problems] == []
    assert {one.original_name: one.period.slug for one in taken.releases} == {
        name: facts[0] for name, facts in WORKBOOKS.items()
    }
    assert {one.period_in_name for one in taken.releases} == {""}


def test_all_of_each_sheet_is_read(taken):
    reports = {one.original_name: report for one, report in taken.reports()}
    for name, (_, members, area, areas) in WORKBOOKS.items():
        report = reports[name]
        assert [(one.name, one.area, one.rows) for one in report.members] == [
            (member, area, areas) for member in members
        ]
        assert (report.rows_clean, report.rows_quarantined, report.duplicate_keys) == (areas * 92 * 3, 0, 0)


@pytest.mark.parametrize("name", list(WORKBOOKS))
def test_every_cell_is_that_of_the_sheet(name, taken, books):
    year, members, _, areas = WORKBOOKS[name]
    for member, sex in zip(members, ("persons", "males", "females"), strict=True):
        rows = books[name].get_sheet_by_name(member).to_python()
        rows = rows[next(at for at, row in enumerate(rows) if row[0] == "Code") + 1 :]
        sheet = {str(row[0]): [int(cell) for cell in row[-92:]] for row in rows if str(row[0])[1:].isdigit()}
        assert len(sheet) == areas
        found = taken.rows(
            """select area_code, list(population order by case age when 'All ages' then -1 else replace(age, '+', '')::int end)
               from population where slot = ? and sex = ? group by 1""",
            [year, sex],
        )
        assert dict(found) == sheet


@pytest.mark.parametrize(("name", "rounded_to"), list(zip(WORKBOOKS, (100, 1, 1), strict=True)))
def test_bands_of_five_years_are_those_that_mye1_publishes(name, rounded_to, taken, books):
    """MYE1 of the same workbook: people of five countries and unions by sex and age band, to the hundred in 2016."""
    rows = books[name].get_sheet_by_name("MYE1").to_python()
    codes = next([str(cell) for cell in row[1:6]] for row in rows if str(row[1]) == "K02000001")
    of_age = defaultdict(int)
    for code, sex, age, people in taken.rows(
        "select area_code, sex, try_cast(replace(age, '+', '') as int), population from population where slot = ?"
        " and list_contains(?, area_code)",
        [WORKBOOKS[name][0], codes],
    ):
        of_age[code, sex, age] += people
    compared = 0
    for label, *cells in ((str(row[0]).strip(), *row[1:6]) for row in rows):
        band = re.fullmatch(r"(\d+)(?:-| to )(\d+)|(90) and over", label)
        sex = {"All Persons": "persons", "All People": "persons", "Males": "males", "Females": "females"}.get(label)
        if not band and not sex:
            continue
        first, last = (int(band[1] or 90), int(band[2] or 90)) if band else (0, 90)
        for code, published in zip(codes, cells, strict=True):
            people = sum(of_age[code, sex or "persons", age] for age in range(first, last + 1))
            assert abs(people - int(published)) <= rounded_to / 2, (code, label)
            compared += 1
    assert compared == (3 + 19) * 5


@pytest.mark.parametrize("name", list(WORKBOOKS))
def test_all_ages_of_every_area_are_those_that_mye3_comes_to(name, taken, books):
    """MYE3 of the same workbook leads from last year's population to this year's, for local authorities and above."""
    year = WORKBOOKS[name][0]
    rows = books[name].get_sheet_by_name("MYE3").to_python()
    header = next(row for row in rows if row[0] == "Code")
    at = next(place for place, cell in enumerate(header) if str(cell).split()[-1:] == [f"mid-{year}"])
    published = {str(row[0]): int(row[at]) for row in rows if str(row[0])[1:].isdigit()}
    assert len(published) > 400
    found = dict(
        taken.rows(
            "select area_code, population from population where slot = ? and sex = 'persons' and age = 'All ages'",
            [year],
        )
    )
    assert {code: found[code] for code in published} == published
    if year == "2020":
        assert (found["E06000035"], found["E10000016"]) == (279_142, 1_589_057)


def test_great_expectations_finds_nothing(taken):
    assert taken.not_passed() == (3 * 6, [])
