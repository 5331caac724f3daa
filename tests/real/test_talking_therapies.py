"""The published workbook of talking therapies, February 2019 to February 2020, whole; and tidied files that are none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from tests.real.read_whole import Taken, take

NAME = "iapt_feb2019_feb2020.xlsx"
MEASURES = (
    "referrals_received", "first_treatment", "ended_referrals", "finished_course", "within_6_weeks_percent",
    "within_18_weeks_percent", "recovery_percent", "improvement_percent", "reliable_recovery_percent",
)  # fmt: skip


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "talking_therapies" / NAME], tmp_path_factory.mktemp("talking_therapies")).whole()


@pytest.fixture(scope="module")
def published(shared_data) -> list[list]:
    """The rows below the header as calamine reads them, without our reader."""
    book = CalamineWorkbook.from_path(str(shared_data / "talking_therapies" / NAME))
    rows = book.get_sheet_by_name("Table 1").to_python(skip_empty_area=False)
    assert rows[7][0] == "CCG Code"
    return rows[8:]


def test_the_workbook_stands_in_its_last_month_with_all_its_rows(taken, published):
    (release,) = taken.releases
    assert (release.table, release.period.slug, release.period_from) == ("monthly_series", "2020-02", "content")
    assert taken.counts() == [(32_097, 32_097, 0)]
    assert len(published) == 32_097


def test_great_expectations_finds_nothing_wrong(taken):
    assert taken.not_passed() == (9, [])


@pytest.mark.parametrize(("column", "measure"), enumerate(MEASURES, start=6))
def test_every_figure_and_every_mark_is_as_published(column, measure, taken, published):
    cells = [row[column] for row in published]
    figures = [Decimal(repr(cell)) for cell in cells if isinstance(cell, float)]
    assert taken.rows(
        f"select sum({measure}), count({measure}), count(*) filter ({measure}_status = 'suppressed'),"
        f" count(*) filter ({measure}_status = 'not_available') from monthly_series"
    ) == [(sum(figures), len(figures), cells.count("*"), cells.count("-"))]


def test_england_has_the_printed_figures_of_february_2020(taken):
    assert taken.rows(
        "select min(month)::varchar, max(month)::varchar, count(distinct month), count(*) filter (group_type = 'england')"
        " from monthly_series"
    ) == [("2019-02-01", "2020-02-01", 13, 13)]
    assert taken.rows(
        "select referrals_received, first_treatment, finished_course, recovery_percent from monthly_series"
        " where group_type = 'england' and month = date '2019-02-01'"
    ) == [(137_647, 93_098, 46_212, Decimal("53.6"))]


def test_kinds_of_organisation_are_counted_alike(taken):
    assert taken.rows("select group_type, count(*) from monthly_series group by 1 order by 1") == [
        ("ccg", 2613), ("ccg_provider", 27_105), ("england", 13), ("provider", 2366),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["nhstt_measures_annual.parquet", "nhstt_metadata_measures_monthly.parquet"])
def test_tidied_files_of_others_are_no_release(name, shared_data, settings):
    (outcome,) = archive.add([shared_data / "talking_therapies" / name], settings, catalogue())
    assert (outcome.status, outcome.message) == (
        "refused",
        f"{name}: no contract covers this file. To take it in, write a contract: docs/how-to/add-a-dataset.md",
    )
