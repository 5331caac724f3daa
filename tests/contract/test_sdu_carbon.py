"""NHS Sustainable Development Unit: the summaries of two years are two tables, and wrong ones are judged."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, quarantine_of, release_of, rows_of
from staged import staged

from pipeline.periods import parse

EARLIER = [
    "id", "c_org_code", "name", "c_nhs_area", "c_phe_centre", "c_region", "account_type", "c_sdmp", "c_adaptation",
    "c_on_track_34_pct", "c_healthy_tp", "c_gcc", "c_sr_score", "c_sr_pct", "c_nrg", "c_nrg_fte", "c_water",
    "c_water_fte", "c_waste", "c_waste_change",
]  # fmt: skip
LATER = [
    "", "Code", "Org/Region", "Org type", "SDMP", "Adaptation Plans", "SDAT score (%)", "Core carbon emissions per FTE",
    "Core carbon emissions per FTE % change (2013/14 baseline)", "Water usage\ufffdper FTE change from 2013/14",
    "Water use m3 per FTE", "2017/18 waste not going directly to landfill", "On track for 34% reduction",
    "Healthy travel plan",
]  # fmt: skip
NONE, PROVIDERS = "Data not available", "Provider data only"


def earlier() -> list[list[str]]:
    return [
        ["", "00C", "NHS Darlington CCG", "NHS England North (Cumbria and North East)", "North East", "North",
         "Clinical Commissioning Group", "No", NONE, NONE, NONE, "", "Good", "35%", NONE, NONE, NONE, NONE, NONE, NONE],
        ["", "RXY", "KENT AND MEDWAY TRUST", "NHS England South (South East)", "South East", "South",
         "Mental Health and Learning Disability", "Yes", "Yes", "1. On track to meet target", "Yes", "65", "Excellent",
         "46%", ">10% decrease", "2.9", "0-20% decrease", "39", "#DIV/0!", NONE],
    ]  # fmt: skip


def later() -> list[list[str]]:
    return [
        ["", "09C", "NHS ASHFORD CCG", "CCG", "No", PROVIDERS, "SDAT not used", *[PROVIDERS] * 7],
        ["", "RXY", "KENT AND MEDWAY TRUST", "Mental Health and Learning Disability", "YES", "Yes", "49%",
         "5.994390733", "-31%", "8%", "34.2", "8%", "1. On track to meet target", "Yes"],
        ["", "RX8", "AN AMBULANCE TRUST", "Ambulance Trust", "No", "No", "Unpublished", "6.54", NONE, NONE, NONE, NONE,
         "4. No Sustainable Development Management Plan", "No"],
    ]  # fmt: skip


def earlier_file(folder: Path, found: list[list[str]]) -> Path:
    return made(folder / "Organisational_Summary_2017.csv", csv_bytes(EARLIER, found, quote=True))


def later_file(folder: Path, found: list[list[str]], header: list[str] = LATER) -> Path:
    notes = [
        ["", "", "Not used:", *[""] * 11],
        [""] * 14,
        ["Was", "c_org_code", *[""] * 12],
        ["", *map(str, range(13))],
    ]
    return made(folder / "2017.18orgsummaryv0.2.csv", csv_bytes(notes[0], [*notes[1:], header, *found]))


def test_the_summary_of_2016_17_is_read(tmp_path, settings):
    release = added(earlier_file(tmp_path, earlier()), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.table, release.period, len(rows)) == ("summary_2016_17", parse("2016/17"), 2)
    assert [(one["org_type"], one["energy_carbon_per_fte_status"], one["waste_high_cost"]) for one in rows] == [
        ("CCG", "not_available", NONE), ("Mental Health and Learning Disability", "exact", NONE),
    ]  # fmt: skip
    (first, _) = staged("stg_sdu_carbon_2016_17", [release], settings)
    assert first["reporting_score_percent"] == Decimal(35)
    assert failed_rules(release, settings) == set()


def test_the_summary_of_2017_18_is_found_below_its_notes(tmp_path, settings):
    release = added(later_file(tmp_path, later()), settings)
    assert (release.table, release.period) == ("summary_2017_18", parse("2017/18"))
    rows = staged("stg_sdu_carbon_2017_18", [release], settings)
    assert [(one["management_plan"], one["sdat_score_percent"], one["core_carbon_change_percent"]) for one in rows] == [
        ("No", None, None), ("Yes", Decimal(49), Decimal(-31)), ("No", None, None),
    ]  # fmt: skip
    assert [one["water_per_fte_status"] for one in rows] == ["not_applicable", "exact", "not_available"]
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("c_org_code", "Total", "org_code.pattern"), ("c_nrg", "10% decrease", "energy_change.allowed"),
        ("c_nrg_fte", "n/a", "energy_carbon_per_fte.type"), ("c_sr_pct", "0.46", "reporting_score.pattern"),
        ("c_gcc", "165", "good_corporate_citizen.maximum"),
    ],
)  # fmt: skip
def test_a_cell_that_the_contract_does_not_know_is_quarantined(column, cell, rule, tmp_path, settings):
    found = earlier()
    found[1][EARLIER.index(column)] = cell
    outcome = add(earlier_file(tmp_path, found), settings)
    ((_, place, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert (place, rules) == (2, [f"sdu_carbon.summary_2016_17.{rule}"])


@pytest.mark.parametrize(
    ("column", "cell", "broken"),
    [
        ("c_sdmp", "No", {"a_plan_goes_before_its_target"}),
        ("c_nrg_fte", NONE, {"commissioners_report_no_estate"}),
        ("account_type", "CCG", {"commissioners_report_no_estate"}),
    ],
)
def test_an_earlier_row_that_cannot_be_breaks_its_rule(column, cell, broken, tmp_path, settings):
    found = earlier()
    found[1][EARLIER.index(column)] = cell
    assert failed_rules(added(earlier_file(tmp_path, found), settings), settings) == broken


@pytest.mark.parametrize(
    ("row", "column", "cell", "broken"),
    [
        (1, "SDMP", "No", {"a_plan_goes_before_its_progress"}),
        (0, "Water use m3 per FTE", "34.2", {"provider_figures_are_providers"}),
        (1, "Org type", "CCG", {"provider_figures_are_providers"}),
    ],
)
def test_a_later_row_that_cannot_be_breaks_its_rule(row, column, cell, broken, tmp_path, settings):
    found = later()
    found[row][LATER.index(column)] = cell
    assert failed_rules(added(later_file(tmp_path, found), settings), settings) == broken


def test_a_column_without_a_name_that_holds_something_is_refused(tmp_path, settings):
    found = later()
    found[1][0] = "1,739"
    outcome = add(later_file(tmp_path, found), settings)
    assert (outcome.status, "column '' is unknown" in outcome.message) == ("refused", True), outcome


def test_a_mended_header_is_not_taken_for_the_known_one(tmp_path, settings):
    outcome = add(later_file(tmp_path, later(), [name.replace("\ufffd", " ") for name in LATER]), settings)
    assert "`Water usage per FTE change from 2013/14: water_change`" in outcome.message
