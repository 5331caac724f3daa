"""Proves the discharge reports on the published workbooks: each block of each sheet counted by calamine, England against
regions, months against the national series, and the errors that the publisher left in.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive

from .read_whole import Taken, take

# month -> days, weeks, destinations, reasons, trusts
ACUTE = {
    "april2022": ("2022-04", 30, 4, 12, 18, 121), "september2022": ("2022-09", 30, 5, 12, 18, 121),
    "april2023": ("2023-04", 30, 4, 12, 18, 120), "january2024": ("2024-01", 31, 4, 12, 18, 119),
}  # fmt: skip
COMMUNITY = {
    "june2023": ("2023-06", 30, 5, 11, 18, 107), "july2023": ("2023-07", 31, 4, 11, 18, 107),
    "january2024": ("2024-01", 31, 4, 14, 20, 126),
}  # fmt: skip
SERIES = {
    ("acute_latest_time_series.xlsx", "series_daily"): ("series_2024", "2024-01", "content", 1036 * 15),
    ("acute_latest_time_series.xlsx", "series_weekly"): ("series_2024", "2024-01", "content", 148 * 21),
    ("community_june2023.xlsx", "series_daily"): ("series_2023", "2023-06", "content", 257 * 14),
    ("community_june2023.xlsx", "series_weekly"): ("series_2023", "2023-06", "content", 36 * 20),
    ("community_july2023.xlsx", "series_daily"): ("series_2023", "2023-07", "content", 288 * 14),
    ("community_july2023.xlsx", "series_weekly"): ("series_2023", "2023-07", "content", 40 * 20),
}


@pytest.fixture(scope="module")
def acute(shared_data, tmp_path_factory) -> Taken:
    return take(sorted((shared_data / "discharge_sitrep_acute").glob("*.xlsx")), tmp_path_factory.mktemp("acute"))


@pytest.fixture(scope="module")
def community(shared_data, tmp_path_factory) -> Taken:
    return take(
        sorted((shared_data / "discharge_sitrep_community").glob("*.xlsx")), tmp_path_factory.mktemp("community")
    )


def expected(kind: str, months: dict, organisation: str, stays: int) -> dict:
    slots = {key: (*said, said[3], 0, 0) for key, said in SERIES.items() if key[0].startswith(kind)}
    for month, (period, days, weeks, destinations, reasons, organisations) in months.items():
        file = f"{kind}_{month}.xlsx"
        layout = "sheet_2022" if kind == "acute" else "sheet_2023"
        slots[file, "missing_organisations"] = (layout, period, "content", days, days, 0, 0)
        for level, areas in (("region", 8), ("icb", 42), (organisation, organisations)):
            for topic, cells, by in (
                ("daily", days * 3, "content"), ("bed_days", weeks * stays, "content"),
                ("pathway", destinations, "content" if kind == "acute" else "name"),
                ("reason", reasons, "content" if kind == "acute" else "name"),
            ):  # fmt: skip
                other = topic == "reason" and level == "region" and file == "community_january2024.xlsx"
                slots[file, f"{topic}_{level}"] = (
                    "sheet_2024" if other else layout, period, by, areas * cells, areas * cells, 0, 0,
                )  # fmt: skip
    return slots


def test_every_acute_workbook_is_taken_in_whole(acute):
    assert {(one.status, one.problems) for one in acute.outcomes} == {("archived", ())}
    assert acute.slots() == expected("acute", ACUTE, "trust", 3)


def test_every_community_workbook_is_taken_in_whole(community):
    assert {(one.status, one.problems) for one in community.outcomes} == {("archived", ())}
    assert community.slots() == expected("community", COMMUNITY, "provider", 2)


def test_summaries_that_others_made_are_no_release(shared_data, settings):
    files = sorted((shared_data / "discharge_sitrep_acute").glob("raahulalex_*.csv"))
    outcomes = archive.add(files, settings, catalogue())
    remedy = "To take it in, write a contract: docs/how-to/add-a-dataset.md"
    assert [(one.status, one.message) for one in outcomes] == [
        ("refused", f"{file.name}: no contract covers this file. {remedy}") for file in files
    ]
    assert len(files) == 2


def blocks(path: Path, sheet: str) -> list[list[list]]:
    """The rows of the three tables of a sheet as calamine gives them, found by their labels alone."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    icb = next(number for number, row in enumerate(rows) if "ICB Code" in row)
    organisation = next(number for number, row in enumerate(rows) if "Org Code" in row)
    first = next(number for number, row in enumerate(rows) if any(str(cell).startswith("ENGLAND") for cell in row))
    parts = rows[first:icb], rows[icb + 1 : organisation], rows[organisation + 1 :]
    return [[row for row in part if any(cell != "" for cell in row)] for part in parts]


def sum_of(rows: list[list]) -> int:
    """The sum of all figures; the first four columns are names and codes, some of which are numbers too (506, 507)."""
    return sum(int(cell) for row in rows for cell in row[4:] if isinstance(cell, float))


@pytest.mark.parametrize("month", ACUTE)
def test_the_sums_of_each_acute_block_are_those_of_the_sheet(month, acute, shared_data):
    path = shared_data / "discharge_sitrep_acute" / f"acute_{month}.xlsx"
    for sheet, topic, value in (
        ("Table 2", "daily", "patients"),
        ("Table 3", "bed_days", "bed_days"),
        ("Table 4", "pathway", "discharges"),
    ):
        for level, rows in zip(("region", "icb", "trust"), blocks(path, sheet), strict=True):
            assert acute.rows(f"select sum({value}) from {topic}_{level} where file = '{path.name}'") == [
                (sum_of(rows),)
            ]


@pytest.mark.parametrize("month", COMMUNITY)
def test_the_sums_of_each_community_block_are_those_of_the_sheet(month, community, shared_data):
    path = shared_data / "discharge_sitrep_community" / f"community_{month}.xlsx"
    for sheet, topic, value in (
        ("Table 2", "daily", "patients"),
        ("Table 3", "bed_days", "bed_days"),
        ("Table 4", "pathway", "discharges"),
    ):
        for level, rows in zip(("region", "icb", "provider"), blocks(path, sheet), strict=True):
            assert community.rows(f"select sum({value}) from {topic}_{level} where file = '{path.name}'") == [
                (sum_of(rows),)
            ]


def test_great_expectations_finds_only_what_the_publisher_left_in(acute, community):
    assert acute.broken_rules() == set()
    assert community.broken_rules() == {
        f"discharge_sitrep_community.{rule}"
        for rule in (
            # 31 July 2023: regions that do not add up
            "patients_of_region_add_up", "england_is_the_sum_in_daily",
            # July 2023: stays of 21 days with more days than those of 14
            "stays_of_icb_are_nested", "stays_of_provider_are_nested",
        )
    }  # fmt: skip


def test_trusts_whose_averages_are_division_errors_are_missing(acute):
    """Table 5 of September 2022 holds #DIV/0! in E105 and E152 and the cells beside them."""
    assert acute.rows(
        "select trust_code, count(*), count(patients_per_day) from reason_trust where file = 'acute_september2022.xlsx'"
        " group by 1 having count(*) filter (patients_per_day_status = 'missing' and not regexp_matches(reason,"
        " '^(Homeless|Safeguarding)')) = 16 order by 1"
    ) == [("RDU", 18, 0), ("RWD", 18, 0)]


def test_the_months_are_those_of_the_national_series(acute, community):
    for one, england in ((acute, "ENGLAND (Type 1 Trusts)"), (community, "ENGLAND")):
        (found,) = one.rows(
            f"""select count(*), count(*) filter (month.patients <> series.patients)
            from daily_region as month
            join (select * from series_daily qualify row_number() over (partition by day, measure order by slot desc) = 1)
                as series using (day, measure)
            where area_name = '{england}'"""
        )
        assert found == ((3 * 121, 0) if one is acute else (3 * 61, 0))


def test_england_on_the_first_day_is_what_was_printed(acute):
    """1 April 2022: 24,029 patients no longer met the criteria to reside, 10,801 of them were discharged."""
    assert acute.rows(
        "select measure, patients from daily_region where day = date '2022-04-01' and area_name like 'ENGLAND%' order by 1"
    ) == [("discharged", 10_801), ("no_longer_meet_criteria", 24_029), ("remaining", 13_228)]


def test_weeks_with_asterisks_are_days_like_others(community):
    assert community.rows(
        "select min(week)::varchar, count(distinct week), count(*) from series_weekly where slot = '2023-07'"
    ) == [("2022-10-24", 40, 800)]
