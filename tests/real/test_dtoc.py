"""Proves delayed transfers of care on the published workbooks: every row counted by calamine, England against its parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from .read_whole import Taken, take

# file -> period, rows of each of the three sheets of local authorities (England among them), reasons with their total
MONTHS = {
    "DTOC_LA_April_11.xls": ("2011-04", "sha_2011", 155, 11), "DTOC_LA_April_13.xls": ("2013-04", "region_2013", 155, 11),
    "DTOC_LA_April_15.xls": ("2015-04", "region_2013", 155, 11), "DTOC_LA_Nov_15.xls": ("2015-11", "ons_2015", 155, 11),
    "DTOC_LA_April_17.xls": ("2017-04", "per_day_2017", 155, 12), "DTOC_LA_Sep_17.xls": ("2017-09", "per_day_2017", 155, 12),
    "DTOC_LA_April_18.xls": ("2018-04", "per_day_2017", 155, 12), "DTOC_LA_Dec_19.xls": ("2019-12", "per_day_2017", 154, 12),
}  # fmt: skip
# Delayed days of England as the National Statistics releases give them, by month.
ENGLAND = {"2011-04": 108_064, "2013-04": 113_297, "2015-04": 138_030, "2015-11": 153_155, "2017-04": 176_886,
           "2017-09": 168_041, "2018-04": 145_347, "2019-12": 148_101}  # fmt: skip


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "dtoc"], tmp_path_factory.mktemp("dtoc"))


def data_rows(path: Path, sheet: str, code: str) -> list[list]:
    """The rows below the header that have a cell in the column of that header, as calamine gives them."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    header = next(number for number, row in enumerate(rows) if code in row)
    at = rows[header].index(code)
    return [row for row in rows[header + 1 :] if row[at] != ""]


def test_every_file_is_taken_in_whole(taken):
    assert {(one.status, one.problems) for one in taken.outcomes} == {("archived", ())}
    expected = {}
    for file, (period, layout, rows, reasons) in MONTHS.items():
        for table in ("la_by_type_of_care", "la_by_responsible_organisation"):
            expected[file, table] = (layout, period, "content", rows, rows, 0, 0)
        by_reason = layout if layout != "per_day_2017" else "ons_2015"
        expected[file, "la_by_reason"] = (by_reason, period, "content", rows * reasons, rows * reasons, 0, 0)
        cells = 3 * (2 + 2 * 10 + (reasons == 12))
        expected[file, "england"] = ("sheet_2011", period, "content", cells, cells, 0, 0)
    series = "DTOC-England-Data_Set.xls"
    for table, rows in (
        ("by_type_of_care", 115),
        ("by_responsible_organisation", 115),
        ("by_reason", 1380),
        ("detail", 7245),
    ):
        expected[series, f"series_{table}"] = ("series_2020", "2020-02", "content", rows, rows, 0, 0)
    assert taken.slots() == expected


@pytest.mark.parametrize("file", MONTHS)
def test_the_rows_are_those_that_calamine_counts(file, shared_data):
    rows = data_rows(shared_data / "dtoc" / file, "LA - by reason", "Code")
    assert len(rows) == MONTHS[file][2]
    reasons = data_rows(shared_data / "dtoc" / file, "England", "Reason for Delay")
    assert len(reasons) == 22 + (MONTHS[file][3] == 12)


def test_great_expectations_finds_nothing(taken):
    assert taken.broken_rules() == set()


def test_england_is_published_alike_by_authority_by_reason_and_by_provider(taken):
    assert dict(taken.rows("select slot, total from la_by_type_of_care where code = '-'")) == ENGLAND
    assert (
        dict(taken.rows("select slot, sum(total) from la_by_responsible_organisation where code <> '-' group by 1"))
        == ENGLAND
    )
    assert dict(taken.rows(
        "select slot, sum(delayed_days) from la_by_reason where code <> '-' and reason <> 'total' group by 1"
    )) == ENGLAND  # fmt: skip
    assert dict(taken.rows("select slot, sum(delayed_days) from england where reason = 'total' group by 1")) == ENGLAND
    series = taken.rows(
        "select strftime(strptime(month_name || ' ' || (year(financial_year_start) + (month_name in ('January', 'February',"
        " 'March'))::integer), '%B %Y'), '%Y-%m'), total from series_by_type_of_care"
    )
    assert {slot: total for slot, total in series if slot in ENGLAND} == ENGLAND


def test_the_series_ends_where_the_collection_was_paused(taken):
    assert taken.rows(
        "select total, nhs, social_care, nhs_and_social_care from series_by_responsible_organisation"
        " where financial_year = '2019-20' and month_name = 'February'"
    ) == [(155_782, 93_079, 47_220, 15_483)]
    assert taken.rows("select sum(delayed_days) from series_detail") == taken.rows(
        "select sum(total) from series_by_type_of_care"
    )


def test_people_per_day_are_those_of_the_publisher(taken):
    assert taken.rows(
        "select round(total_per_day, 1)::varchar from la_by_type_of_care where slot = '2019-12' and code = '-'"
    ) == [("4777.5",)]


def test_a_dash_is_missing_and_never_0(taken, shared_data):
    dashes = {}
    for file in MONTHS:
        rows = data_rows(shared_data / "dtoc" / file, "LA - by reason", "Code")
        at = next(number for number, cell in enumerate(rows[0]) if cell == "England")
        dashes[file] = sum(cell == "-" for row in rows for cell in row[at:])
    found = taken.rows("select file, count(*) from la_by_reason where delayed_days_status = 'missing' group by 1")
    assert dict(found) == {file: count for file, count in dashes.items() if count}
    assert sum(dashes.values()) > 0
    assert taken.rows("select count(*) from england where delayed_days_status = 'not_applicable'") == [(6 * 14,)]
