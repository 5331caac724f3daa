"""Mental Health Services Monthly Statistics: four week waits and the main file are read alike, and wrong ones are judged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, quarantine_of, release_of, rows_of
from staged import staged

from pipeline.periods import parse

HEADER = (
    "REPORTING_PERIOD_START", "REPORTING_PERIOD_END", "STATUS", "BREAKDOWN", "PRIMARY_LEVEL",
    "PRIMARY_LEVEL_DESCRIPTION", "SECONDARY_LEVEL", "SECONDARY_LEVEL_DESCRIPTION", "MEASURE_ID", "MEASURE_NAME",
    "MEASURE_VALUE",
)  # fmt: skip
ICB = "ICB of GP Practice or Residence"
ORGANISATIONS = (
    ("England", "England", "England"), (ICB, "QKS", "NHS KENT AND MEDWAY INTEGRATED CARE BOARD"),
    (ICB, "QH8", "NHS MID AND SOUTH ESSEX INTEGRATED CARE BOARD"), (ICB, "UNKNOWN", "UNKNOWN"),
    *(("Provider", f"RX{letter}", f"PROVIDER {letter} NHS TRUST") for letter in "ABCDEFGHIJK"),
)  # fmt: skip
# measure -> its name, and the figures of England, three ICBs and eleven providers
FIGURES = {
    "MRS01": (
        "Number of CMH referral-spells receiving a full clock stop in the RP",
        ("1003", "500", "490", "10", *["90"] * 10, "100"),
    ),
    "MRS01a": (
        "Number of CMH referral-spells receiving a full clock stop in less than 4 weeks in the RP",
        ("251", "125", "120", "5", *["25"] * 10, "*"),
    ),
    "MRS01b": (
        "Proportion of CMH referral-spells receiving a full clock stop in less than 4 weeks in the RP",
        ("25.024925", "25", "24", "*", *["28"] * 10, "*"),
    ),
}
NAME = "MHSDS Data_4WW_AprPerf_2024_v2.csv"


def row(organisation: int, measure_id: str, **cells: str) -> list[str]:
    breakdown, code, name = ORGANISATIONS[organisation]
    right = {
        "start": "01/02/2024", "end": "30/04/2024", "status": "Performance", "breakdown": breakdown, "code": code,
        "name": name, "second": "NONE", "second_name": "NONE", "measure": measure_id,
        "measure_name": FIGURES[measure_id][0], "value": FIGURES[measure_id][1][organisation],
    }  # fmt: skip
    assert set(cells) <= set(right)
    return list((right | cells).values())


def rows(spoilt: tuple[int, str] | None = None, **cells: str) -> list[list[str]]:
    """45 rows that agree, but for the cells of the one that is `spoilt`."""
    return [
        row(at, measure, **(cells if (at, measure) == spoilt else {}))
        for measure in FIGURES
        for at in range(len(ORGANISATIONS))
    ]


def file_of(folder: Path, found: list[list[str]], name: str = NAME) -> Path:
    return made(folder / name, csv_bytes(HEADER, found))


def test_four_week_waits_are_read_with_their_marks(tmp_path, settings):
    release = added(file_of(tmp_path, rows()), settings)
    found = rows_of(bronze_of(release, settings))
    assert (release.table, release.part, release.period) == ("measures", "4ww", parse("2024-04"))
    assert (release.period_from, release.period_in_name, len(found)) == ("content", "", 45)
    first, hidden = found[0], found[29]
    assert (first["reporting_period_start"], first["reporting_period_end"]) == (date(2024, 2, 1), date(2024, 4, 30))
    assert (first["measure_value"], first["measure_value_status"]) == (Decimal(1003), "exact")
    assert (hidden["measure_id"], hidden["measure_value"], hidden["measure_value_status"]) == (
        "MRS01a",
        None,
        "suppressed",
    )
    assert failed_rules(release, settings) == set()


def test_totals_and_unknown_organisations_are_told_apart(tmp_path, settings):
    release = added(file_of(tmp_path, rows()), settings)
    found = staged("stg_mhsds", [release], settings)
    assert [(one["is_total"], one["is_unknown"], one["secondary_level"]) for one in found[:5]] == [
        (True, False, None), (False, False, None), (False, False, None), (False, True, None), (False, False, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("MHSDS%20Data_4WW_AprPerf_2024_v2.csv", "4ww"), ("MHSDS Data_AprPrf_2024.csv", "all"),
        ("MHSDS Data_AprFinal__2024.csv", "all"),
    ],
)  # fmt: skip
def test_the_main_file_and_the_waits_of_a_month_do_not_supersede_each_other(name, part, tmp_path, settings):
    release = added(file_of(tmp_path, rows(), name), settings)
    assert (release.part, release.period, release.period_in_name) == (part, parse("2024-04"), "")


@pytest.mark.parametrize(
    ("cells", "rule", "said"),
    [
        ({"start": "02/01/2024"}, "reporting_period_start.pattern", "reporting_period_start is '02/01/2024'"),
        ({"breakdown": "Total"}, "breakdown.pattern", "breakdown is 'Total'"),
        ({"value": "<5"}, "measure_value.type", "measure_value is '<5'"),
        ({"value": ""}, "measure_value.required", "measure_value is blank"),
        ({"measure": "MRS 01"}, "measure_id.pattern", "measure_id is 'MRS 01'"),
        ({"value": "-5"}, "measure_value.minimum", "measure_value is '-5'"),
    ],
)
def test_a_cell_that_the_contract_does_not_know_is_quarantined_and_said(cells, rule, said, tmp_path, settings):
    outcome = add(file_of(tmp_path, rows((1, "MRS01a"), **cells)), settings)
    ((_, place, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert (place, rules) == (17, [f"mhsds.measures.{rule}"])
    assert any(said in problem for problem in outcome.problems), outcome.problems


def test_a_figure_that_stands_twice_fails(tmp_path, settings):
    path = file_of(tmp_path, [*rows(), row(1, "MRS01")])
    assert "keys stand more than once, expected none" in add(path, settings).problems[0]


@pytest.mark.parametrize(
    ("spoilt", "cells", "broken"),
    [
        ((1, "MRS01"), {"value": "1500"}, {"waits_add_up_to_england"}),
        ((3, "MRS01"), {"value": "402"}, {"waits_below_england_are_rounded", "waits_add_up_to_england"}),
        ((0, "MRS01b"), {"value": "52.042925"}, {"proportions_agree_with_counts"}),
        ((0, "MRS01b"), {"value": "250.24925"}, {"proportions_agree_with_counts", "proportions_are_percentages"}),
        (
            (1, "MRS01"),
            {"breakdown": "Sub-ICB"},
            {"four_week_waits_breakdowns", "waits_are_complete", "waits_add_up_to_england"},
        ),
        ((1, "MRS01"), {"name": "ANOTHER"}, {"organisation_has_one_name"}),
        ((1, "MRS01"), {"measure_name": "Number of others"}, {"measure_has_one_name"}),
        ((1, "MRS01"), {"second": "X"}, {"second_level_is_whole"}),
        ((1, "MRS01"), {"start": "01/03/2024"}, {"periods_are_whole_months", "waits_are_complete"}),
    ],
)
def test_figures_that_disagree_break_their_rules(spoilt, cells, broken, tmp_path, settings):
    release = added(file_of(tmp_path, rows(spoilt, **cells)), settings)
    assert failed_rules(release, settings) == broken


def test_a_file_that_lost_its_end_is_not_whole(tmp_path, settings):
    release = added(file_of(tmp_path, rows()[:-2]), settings)
    assert failed_rules(release, settings) == {"waits_are_complete"}


def test_a_release_of_two_months_is_refused_its_slot(tmp_path, settings):
    path = file_of(tmp_path, rows((1, "MRS01"), end="31/05/2024"))
    assert any("reporting_period_end has more than one value" in one for one in add(path, settings).problems)


def test_a_renamed_column_is_refused_with_the_line_to_add(tmp_path, settings):
    path = made(tmp_path / NAME, csv_bytes([*HEADER[:-1], "METRIC_VALUE"], rows()))
    assert add(path, settings).message.endswith(
        "add a layout in pipeline/catalogue/nhs_england/mhsds.yml with `METRIC_VALUE: measure_value`"
    )
