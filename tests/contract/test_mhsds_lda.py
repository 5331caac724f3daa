"""Learning disability files of the Mental Health Services Data Set, as NHS England's code writes them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, quarantine_of, release_of, rows_of
from staged import staged

from pipeline.periods import parse

PUBLISHED = [
    "Geography", "OrgCode", "OrgName", "PrimaryMeasure", "PrimarySplit", "SecondaryMeasure", "SecondarySplit",
    "Restraints_Count_of_people", "Restraints_Count_of_restraints", "LDA43_Hospital_spells_open_at_start_of_RP",
    "LDA27_Hospital_admissions_in_the_RP", "LDA28_Hospital_discharges_in_the_RP",
    "LDA44_Hospital_admissions_and_discharges_in_the_RP", "LDA45_Hospital_spells_open_at_the_end_of_the_RP",
    "LDA46_Ward_stays_open_at_start_of_the_RP", "LDA47_Ward_stays_starting_in_the_RP",
    "LDA48_Ward_stays_ending_in_the_RP", "LDA49_Ward_stays_starting_and_ending_in_the_RP",
    "LDA21_Ward_stays_open_at_the_end_of_the_RP", "LDA50_Referrals_open_at_the_start_of_the_RP",
    "LDA32_Referrals_starting_in_the_RP", "LDA51_Referrals_ending_in_the_RP",
    "LDA52_Referrals_starting_and_ending_in_the_RP", "LDA23_Referrals_open_at_the_end_of_the_RP",
    "Community_Care_and_Treatment_Review_Pre_admission", "Post_admission_Care_and_Treatment_Review",
    "Inpatient_Care_and_Treatment_Review_More_than_two_weeks_post_admission",
]  # fmt: skip
MONTHLY = [
    "PreviousMonthEnd", "PeriodStart", "PeriodEnd", "Geography", "OrgCode", "OrgName", "TableNumber", "PrimaryMeasure",
    "PrimaryMeasureNumber", "PrimarySplit", "SecondaryMeasure", "SecondaryMeasureNumber", "SecondarySplit",
    "RestraintsCountOfPeople", "RestraintsCountOfRestraints", "HospitalSpellsInCarePreviousMonth",
    "HospitalSpellsAdmissionsInMonth", "HospitalSpellsDischargedInMonth", "HospitalSpellsAdmittedAndDischargedInMonth",
    "HospitalSpellsOpenAtEndOfMonth", "WardStaysInCarePreviousMonth", "WardStaysAdmissionsInMonth",
    "WardStaysDischargedInMonth", "WardStaysAdmittedAndDischargedInMonth", "WardStaysOpenAtEndOfMonth",
    "OpenReferralsPreviousMonth", "ReferralsStartingInTheMonth", "ReferralsEndingInTheMonth",
    "ReferralsStartingAndEndingInTheMonth", "ReferralsOpenAtEndOfMonth", "NHS_NHD_SPLIT", "ORG_TYPE_CODE",
]  # fmt: skip
LEVELS = ["ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX"]
RESTRICTIVE = [
    "REPORTING_PERIOD_START", "REPORTING_PERIOD_END", "STATUS", "BREAKDOWN",
    *(f"LEVEL_{level}{kind}" for level in LEVELS for kind in ("", "_DESCRIPTION")), "METRIC", "METRIC_VALUE",
]  # fmt: skip
TOTAL = ["Total data as submitted", "National", "National", "Total", "Total", "NULL", "NULL"]


def published(**cells: str) -> list[list[str]]:
    second = dict(
        zip(PUBLISHED, ["Provider", "RXY", "KENT AND MEDWAY TRUST", "Age", "18-24", "NULL", "NULL"], strict=False)
    )
    second |= dict.fromkeys(PUBLISHED[7:], "*") | dict.fromkeys(PUBLISHED[-3:], "-") | cells
    assert list(second) == PUBLISHED
    return [[*TOTAL, *["2565"] * 17, "NULL", "125", "15"], list(second.values())]


def published_file(folder: Path, found: list[list[str]]) -> Path:
    return made(folder / "LDA_Published_Oct_2023.csv", csv_bytes(PUBLISHED, found))


def monthly(end: str = "2023-10-31") -> list[list[str]]:
    return [
        ["2023-09-30", "2023-10-01", end, *TOTAL[:3], "1", "Total", "1", "Total", "", "", "", *["2565"] * 17, "", ""]
    ]


def restrictive(value: str = "25", second: str = "NONE") -> list[list[str]]:
    period = ["01/10/2023", "31/10/2023", "Performance"]
    return [
        [*period, "England", "England", "England", *["NONE"] * 10, "MHS77", "12500"],
        [*period, "Provider; Restrictive intervention type", "RXY", "A TRUST", "01", second or "Prone", *["NONE"] * 8,
         "MHS77", value],
    ]  # fmt: skip


def test_the_published_file_takes_its_month_from_its_name(tmp_path, settings):
    release = added(published_file(tmp_path, published()), settings)
    total, second = rows_of(bronze_of(release, settings))
    assert (release.table, release.period, release.period_from) == ("published", parse("2023-10"), "name")
    assert (total["spells_open_at_end"], total["ctr_pre_admission_status"], total["ctr_post_admission"]) == (
        2565, "not_applicable", 125,
    )  # fmt: skip
    assert (second["admissions_status"], second["ctr_inpatient_status"]) == ("suppressed", "not_applicable")
    assert [one["is_total"] for one in staged("stg_mhsds_lda_published", [release], settings)] == [True, False]
    assert failed_rules(release, settings) == set()


def test_the_monthly_file_holds_its_month(tmp_path, settings):
    path = made(tmp_path / "LDA_Monthly_Oct_2023.csv", csv_bytes(MONTHLY, monthly()))
    release = added(path, settings)
    (found,) = staged("stg_mhsds_lda_monthly", [release], settings)
    assert (release.table, release.period, release.period_from) == ("monthly", parse("2023-10"), "content")
    assert (found["period_start"], found["secondary_measure"], found["admissions"]) == (date(2023, 10, 1), None, 2565)
    assert failed_rules(release, settings) == set()


def test_a_name_that_lies_is_recorded_and_not_believed(tmp_path, settings):
    path = made(tmp_path / "LDA_Monthly_Sep_2023.csv", csv_bytes(MONTHLY, monthly()))
    release = added(path, settings)
    assert (release.period, release.period_in_name) == (parse("2023-10"), "2023-09")


def test_restrictive_interventions_are_not_taken_for_the_main_file(tmp_path, settings):
    path = made(tmp_path / "MHSDS Data_Rstr_OctPrf_2023.csv", csv_bytes(RESTRICTIVE, restrictive()))
    release = added(path, settings)
    first, second = staged("stg_mhsds_lda_restrictive_interventions", [release], settings)
    assert (release.dataset, release.table, release.period) == (
        "mhsds_lda", "restrictive_interventions", parse("2023-10"),
    )  # fmt: skip
    assert (first["is_total"], first["level_two"], second["value_published"]) == (True, None, 25)
    assert failed_rules(release, settings) == {"levels_are_whole"}


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"Geography": "Region"}, "geography.allowed"), ({"PrimaryMeasure": "Sex"}, "primary_measure.allowed"),
        ({"LDA27_Hospital_admissions_in_the_RP": "<5"}, "admissions.type"),
        ({"LDA27_Hospital_admissions_in_the_RP": ""}, "admissions.required"),
    ],
)  # fmt: skip
def test_a_cell_that_the_code_does_not_write_is_quarantined(cells, rule, tmp_path, settings):
    outcome = add(published_file(tmp_path, published(**cells)), settings)
    ((_, place, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert (place, rules) == (2, [f"mhsds_lda.published.{rule}"])


def test_the_sentinel_of_a_suppressed_count_is_no_count(tmp_path, settings):
    path = made(tmp_path / "MHSDS Data_Rstr_OctPrf_2023.csv", csv_bytes(RESTRICTIVE, restrictive("9999999")))
    outcome = add(path, settings)
    ((_, _, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert rules == ["mhsds_lda.restrictive_interventions.metric_value.maximum"]


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        (lambda: published(LDA27_Hospital_admissions_in_the_RP="12"), {"counts_are_rounded"}),
        (lambda: published()[1:], {"england_has_its_total"}),
        (lambda: published(Geography="ICB"), {"icbs_have_totals_only"}),
        (lambda: [*published(), published(OrgName="ANOTHER", PrimarySplit="25-34")[1]], {"organisation_has_one_name"}),
    ],
)
def test_figures_that_disagree_break_their_rules(found, broken, tmp_path, settings):
    release = added(published_file(tmp_path, found()), settings)
    assert failed_rules(release, settings) == broken


def test_part_of_a_month_is_not_a_month(tmp_path, settings):
    path = made(tmp_path / "LDA_Monthly_Oct_2023.csv", csv_bytes(MONTHLY, monthly("2023-10-30")))
    assert failed_rules(added(path, settings), settings) == {"month_is_whole"}
