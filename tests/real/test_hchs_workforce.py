"""Nationality of NHS staff: three files of three forms are read whole, each figure held against an independent reader."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from tests.real.read_whole import Taken, take

XLS = "HCHS_staff_with_an_EU_or_UK_nationality__by_staff_group_and_organisation.xls"
CSV = "Staff_by_nationality_and_Health_Education_England_region__March_2016_and_March_2017.csv"
XLSX = "hchs-staff-by-staff-group-nationality-and-organisation-september-2017-and-june-2018_ah2324.xlsx"
GROUPS = ("All staff", "HCHS Doctors", "Nurses & health visitors", "Other staff")


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "hchs_workforce"], tmp_path_factory.mktemp("hchs"))


def test_every_file_is_read_to_the_row(taken):
    assert [one.problems for one in taken.outcomes if one.problems or one.status != "archived"] == []
    assert taken.slots() == {
        (XLS, "organisation_headcount"): ("organisations_2017", "2017-04-30", "content", 3544, 3544, 0, 0),
        (CSV, "nationality_headcount"): ("regions_2017", "2017-03", "content", 5964, 5964, 0, 0),
        (CSV, "nationality_fte"): ("regions_2017", "2017-03", "content", 5964, 5964, 0, 0),
        (XLSX, "organisation_fte"): ("data_sheet_2018", "2018-06", "content", 81_603, 81_603, 0, 0),
    }
    assert taken.broken_rules() == set()


def test_every_figure_of_the_old_workbook_stands_where_it_stood(taken, shared_data):
    sheet = CalamineWorkbook.from_path(shared_data / "hchs_workforce" / XLS).get_sheet_by_name("final")
    expected, region = {}, ""
    for row in sheet.to_python(skip_empty_area=False)[6:462]:
        region = row[0] or region
        for at, value in enumerate(row[4:]):
            if value != "":
                nationalities = ("European Union", "United Kingdom")[at // 4]
                expected[region, row[3], nationalities, GROUPS[at % 4]] = int(value)
    found = taken.rows(
        "select region_code, coalesce(organisation_code, ''), nationality_group, staff_group, headcount"
        " from organisation_headcount"
    )
    assert {tuple(key): value for *key, value in found} == expected
    assert expected["England", "", "European Union", "All staff"] == 62_005
    assert expected["England", "", "United Kingdom", "All staff"] == 968_704


@pytest.mark.parametrize(
    ("measure", "first", "last", "england"),
    [("headcount", 7, 224, (1_164_471, 1_187_125)), ("fte", 257, 474, (1_027_100, 1_047_679))],
)
def test_every_figure_of_both_tables_of_the_csv_stands_where_it_stood(
    measure, first, last, england, taken, shared_data
):
    """The lines of each table were counted by hand; a hyphen is zero."""
    with (shared_data / "hchs_workforce" / CSV).open(encoding="utf-8", newline="") as text:
        rows = list(csv.reader(text))
    areas, expected, group = rows[4], {}, ""
    for row in rows[first - 1 : last]:
        if any(row):
            group = row[0] or group
            for at in [*range(2, 16), *range(17, 31)]:
                month = "2016-03-01" if at < 16 else "2017-03-01"
                value = 0 if row[at] == "-" else int(row[at].replace(",", ""))
                expected[month, areas[at], group, row[1]] = value
    found = taken.rows(
        f"select month::varchar, area, nationality_group, coalesce(nationality, ''), coalesce({measure}, 0)"
        f" from nationality_{measure} where {measure} is not null or {measure}_status = 'not_applicable'"
    )
    assert {tuple(key): value for *key, value in found} == expected
    totals = tuple(expected[f"{year}-03-01", "England", "All nationalities", ""] for year in (2016, 2017))
    assert totals == england


def test_every_row_of_the_new_workbook_stands_where_it_stood(taken, shared_data):
    sheet = CalamineWorkbook.from_path(shared_data / "hchs_workforce" / XLSX).get_sheet_by_name("Data")
    months = {"2017-SEP": "2017-09-01", "2018-JUN": "2018-06-01"}
    expected = [
        (months[month], code, name, group, nationality, Decimal(repr(fte)))
        for month, code, name, group, nationality, fte in sheet.to_python()[1:]
    ]
    found = taken.rows(
        "select month::varchar, organisation_code, organisation_name, staff_group, nationality, fte"
        " from organisation_fte order by source_row"
    )
    assert found == expected
    assert taken.rows("select month::varchar, sum(fte) from organisation_fte group by 1 order by 1") == [
        ("2017-09-01", Decimal("1052963.08865")), ("2018-06-01", Decimal("1061617.05949")),
    ]  # fmt: skip
