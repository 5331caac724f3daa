"""Talking therapies: the workbook of 2019 to 2020 and the monthly CSV are read, and wrong ones are judged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, quarantine_of, release_of, rows_of
from sheets import made_xlsx
from staged import staged

from pipeline.periods import parse

HEADER = [
    "CCG Code", "CCG Name", "Provider Code", "Provider Name", "Group Type", "Month / Year", "Referrals Received",
    "First Treatment", "Ended Referrals", "Finished a Course of Treatment",
    "First Treatment within 6 weeks Finished a Course of Treatment",
    "First Treatment within 18 weeks Finished a Course of Treatment", "Recovery rate", "Improvement rate",
    "Reliable Recovery rate",
]  # fmt: skip
ALL_CCGS, ALL_PROVIDERS = ["all", "all CCGs"], ["all", "all Providers"]
KENT, THURROCK = ["09W", "NHS MEDWAY CCG"], ["07G", "NHS THURROCK CCG"]
INVALID = ["", "Invalid commissioner code"]
RXY = ["RXY", "KENT AND MEDWAY NHS AND SOCIAL CARE PARTNERSHIP TRUST"]
NOTHING, HIDDEN = ["-"] * 9, ["*"] * 9
RATES = [90, 98, 51, 68, 48]


def month_of(day: date) -> list[list]:
    return [
        [*ALL_CCGS, *ALL_PROVIDERS, "England", day, 1003, 801, 902, 401, 88.6, 98.8, 51.1, 68.4, 48.2],
        [*KENT, *ALL_PROVIDERS, "CCG", day, 600, 500, 500, 250, *RATES],
        [*THURROCK, *ALL_PROVIDERS, "CCG", day, 400, 300, 400, 150, *RATES],
        [*INVALID, *ALL_PROVIDERS, "CCG", day, *HIDDEN],
        [*ALL_CCGS, *RXY, "Provider", day, 1005, 800, 900, 400, *RATES],
        [*KENT, *RXY, "CCG/Provider", day, 600, 500, 500, 250, *RATES],
        [*THURROCK, *RXY, "CCG/Provider", day, 400, 300, 400, 150, *RATES],
        [*INVALID, *RXY, "CCG/Provider", day, *NOTHING],
    ]


def rows() -> list[list]:
    return [*month_of(date(2020, 1, 1)), *month_of(date(2020, 2, 1))]


def file_of(
    folder: Path, found: list[list], name: str = "iapt_jan2020_feb2020.xlsx", header: list | None = None
) -> Path:
    above = [[""], ["Return to Contents"], [""], ["Table 1: Monthly time series"], [""]]
    return made_xlsx(
        folder / name,
        {"Title sheet": [["IAPT"]], "Table 1": [*above, header or HEADER, *found], "Constructions": [["x"]]},
    )


def spoilt(row: int, column: int, cell: object) -> list[list]:
    found = rows()
    found[row][column] = cell
    return found


def test_the_workbook_is_read_below_its_titles(tmp_path, settings):
    release = added(file_of(tmp_path, rows()), settings)
    found = rows_of(bronze_of(release, settings))
    assert (release.table, release.part, release.period, len(found)) == ("monthly_series", "all", parse("2020-02"), 16)
    assert (found[0]["group_type"], found[0]["month"], found[0]["within_6_weeks_percent"]) == (
        "england", date(2020, 1, 1), Decimal("88.6"),
    )  # fmt: skip
    assert (found[3]["ccg_code"], found[3]["referrals_received"], found[3]["referrals_received_status"]) == (
        None, None, "suppressed",
    )  # fmt: skip
    assert found[7]["recovery_percent_status"] == "not_available"
    assert failed_rules(release, settings) == set()


def test_totals_are_no_ccg_and_no_provider(tmp_path, settings):
    release = added(file_of(tmp_path, rows()), settings)
    found = staged("stg_talking_therapies", [release], settings)[:8]
    assert [(one["ccg_code"], one["provider_code"], one["is_total"]) for one in found] == [
        (None, None, True), ("09W", None, False), ("07G", None, False), (None, None, False), (None, "RXY", False),
        ("09W", "RXY", False), ("07G", "RXY", False), (None, "RXY", False),
    ]  # fmt: skip
    assert (found[3]["ccg_name"], found[4]["ccg_name"], found[0]["month_end"]) == (
        "Invalid commissioner code", None, date(2020, 1, 31),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "cell", "rule"),
    [
        (1, 6, 600.5, "referrals_received.type"), (1, 6, "..", "referrals_received.type"),
        (1, 4, "Region", "group_type.allowed"), (1, 0, "9W", "ccg_code.pattern"), (1, 12, 101, "recovery_percent.maximum"),
        (1, 5, "Jan 2020", "month.type"), (1, 5, date(2020, 1, 31), "month.type"),
    ],
)  # fmt: skip
def test_a_cell_that_the_contract_does_not_know_is_quarantined(row, column, cell, rule, tmp_path, settings):
    outcome = add(file_of(tmp_path, spoilt(row, column, cell)), settings)
    ((_, place, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert (place, rules) == (row + 1, [f"talking_therapies.monthly_series.{rule}"])
    assert outcome.problems


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        (lambda: spoilt(1, 6, 700), {"organisations_add_up_to_england"}),
        (lambda: spoilt(1, 6, 602), {"counts_below_england_are_rounded"}),
        (lambda: spoilt(1, 12, 51.5), {"counts_below_england_are_rounded"}),
        (lambda: spoilt(1, 6, "-"), {"a_dash_stands_in_all_or_none", "organisations_add_up_to_england"}),
        (lambda: spoilt(1, 10, 99), {"six_weeks_are_within_eighteen"}),
        (lambda: spoilt(1, 1, "ANOTHER CCG"), {"ccg_has_one_name"}),
        (lambda: spoilt(5, 4, "Provider"), {"totals_are_marked_all", "organisations_add_up_to_england"}),
        (lambda: rows()[:-1], {"months_are_complete"}),
        (lambda: rows()[1:], {"england_stands_in_every_month", "months_are_complete"}),
        (lambda: [*month_of(date(2019, 12, 1)), *month_of(date(2020, 2, 1))], {"months_are_complete"}),
    ],
)
def test_figures_that_disagree_break_their_rules(found, broken, tmp_path, settings):
    release = added(file_of(tmp_path, found()), settings)
    assert failed_rules(release, settings) == broken


def test_a_renamed_column_is_refused_with_the_line_to_add(tmp_path, settings):
    path = file_of(tmp_path, rows(), header=[*HEADER[:-1], "Reliable recovery"])
    outcome = add(path, settings)
    assert outcome.status == "refused"
    assert "`Reliable recovery: reliable_recovery_percent`" in outcome.message


# --- the monthly CSV, known from code ---------------------------------------------------------------------------

MONTHLY = [
    "REPORTING_PERIOD_START", "REPORTING_PERIOD_END", "GROUP_TYPE", "ORG_CODE1", "ORG_NAME1", "ORG_CODE2", "ORG_NAME2",
    "MEASURE_ID", "MEASURE_NAME", "MEASURE_VALUE_SUPPRESSED",
]  # fmt: skip


def monthly(start: str = "2025-06-01", end: str = "2025-06-30", **cells: str) -> list[list[str]]:
    second = {"measure": "M053", "name": "Percentage_Recovery", "value": "*"} | cells
    return [
        [start, end, "England", "England", "England", "All", "All", "M001", "Count_ReferralsReceived", "151234"],
        [start, end, "SubICB", "15E", "NHS BIRMINGHAM AND SOLIHULL ICB - 15E", "All", "All", *second.values()],
    ]


def monthly_file(folder: Path, found: list[list[str]], name: str = "june_2025") -> Path:
    named = {"june_2025": "jun_2025", "may_2023": "may_2023"}[name]
    return made(folder / f"nhstalkingtherapies_month_{named}_activity_performance.csv", csv_bytes(MONTHLY, found))


@pytest.mark.parametrize(
    ("name", "start", "end", "period"),
    [("june_2025", "2025-06-01", "2025-06-30", "2025-06"), ("may_2023", "01/05/2023", "31/05/2023", "2023-05")],
)
def test_months_in_either_writing_are_the_same_days(name, start, end, period, tmp_path, settings):
    release = added(monthly_file(tmp_path, monthly(start, end), name), settings)
    first, second = staged("stg_talking_therapies_monthly", [release], settings)
    assert (release.dataset, release.period, release.period_in_name) == ("talking_therapies_monthly", parse(period), "")
    assert (first["period_start"], first["value_published"], first["is_total"]) == (parse(period).start, 151234, True)
    assert (second["value_published"], second["value_status"]) == (None, "suppressed")
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        (lambda: monthly(value="101"), {"percentages_are_percentages"}),
        (lambda: monthly(name="Count_Recovery", value="5.5"), {"counts_are_whole"}),
        (lambda: monthly(measure="M001", value="5"), {"measure_has_one_name"}),
        (lambda: monthly()[1:], {"england_stands_in_it"}),
        (lambda: monthly(end="2025-06-29"), {"period_is_one_month"}),
    ],
)
def test_monthly_figures_that_disagree_break_their_rules(found, broken, tmp_path, settings):
    release = added(monthly_file(tmp_path, found()), settings)
    assert failed_rules(release, settings) == broken


def test_days_in_two_writings_in_one_file_are_refused(tmp_path, settings):
    first, second = monthly()
    outcome = add(monthly_file(tmp_path, [first, ["01/06/2025", *second[1:]]]), settings)
    assert (outcome.status, "reporting_period_start" in outcome.message) == ("refused", True), outcome
