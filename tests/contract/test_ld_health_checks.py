"""Health checks of people with a learning disability: the form that the publisher's own code writes, and wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, rows_of

from pipeline.periods import parse

HEADER = (
    "QUALITY_SERVICE,PRACTICE_CODE,PRACTICE_NAME,PCN_ODS_CODE,PCN_NAME,ONS_SUB_ICB_LOC_CODE,SUB_ICB_LOC_CODE,"
    "SUB_ICB_LOC_NAME,ONS_ICB_CODE,ICB_CODE,ICB_NAME,ONS_COMM_REGION_CODE,COMM_REGION_CODE,COMM_REGION_NAME,ACH_DATE,"
    "IND_CODE,MEASURE,VALUE"
)
NAME = "learning-disabilities-health-check-scheme-eng-Feb-2023.csv"
AREA = [
    "E38000237", "91Q", "NHS Kent and Medway ICB - 91Q", "E54000032", "QKS", "NHS Kent and Medway ICB", "E40000005",
    "Y59", "South East",
]  # fmt: skip
FIGURES = {
    ("LDHC021", "Count"): "3",
    ("LDHCMI034", "Denominator"): "8", ("LDHCMI034", "HLTHCHKDEC"): "2", ("LDHCMI034", "Numerator"): "5",
    ("LDHCMI035", "Denominator"): "40", ("LDHCMI035", "HLTHCHKDEC"): "3", ("LDHCMI035", "Numerator"): "30",
    ("LDHCMI036", "Denominator"): "8", ("LDHCMI036", "HLTHCHKDEC"): "2", ("LDHCMI036", "Numerator"): "4",
    ("LDHCMI037", "Denominator"): "40", ("LDHCMI037", "HLTHCHKDEC"): "3", ("LDHCMI037", "Numerator"): "28",
    ("LD_REG_1417", "Count"): "10", ("LD_REG_18OV", "Count"): "43",
}  # fmt: skip


def practice(code: str = "G82001", day: str = "20230228", **figures: str) -> list[list[str]]:
    """All rows of a practice; `LDHCMI034_Denominator="*"` changes one."""
    changed = {tuple(name.rsplit("_", 1)): value for name, value in figures.items()}
    assert set(changed) <= set(FIGURES)
    return [
        ["ES", code, "A SURGERY", "U12550", "MPA PCN", *AREA, day, *key, value]
        for key, value in (FIGURES | changed).items()
    ]


def file_of(folder: Path, rows: list[list[str]], name: str = NAME) -> Path:
    return made(folder / name, csv_bytes(HEADER.split(","), rows))


def test_a_month_is_read_with_its_hidden_figures(tmp_path, settings):
    rows = practice(
        LDHCMI034_Denominator="*", LDHCMI034_HLTHCHKDEC="*", LDHCMI034_Numerator="1", LDHCMI036_Numerator="1"
    )
    release = added(file_of(tmp_path, rows), settings)
    read = {(row["indicator"], row["measure"]): row for row in rows_of(bronze_of(release, settings))}
    assert (release.period, release.period_from, release.period_in_name) == (parse("2023-02"), "content", "")
    hidden, shown = read["LDHCMI034", "Denominator"], read["LDHCMI034", "Numerator"]
    assert (hidden["value"], hidden["value_status"]) == (None, "suppressed")
    assert (shown["value"], shown["value_status"], str(shown["achievement_date"])) == (1, "exact", "2023-02-28")
    assert failed_rules(release, settings) == set()


def test_a_name_of_another_month_is_recorded(tmp_path, settings):
    name = NAME.replace("Feb", "Mar")
    assert added(file_of(tmp_path, practice(), name), settings).period_in_name == "2023-03"


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (14, "28/02/2023", "achievement_date"), (15, "LDHCMI099", "indicator"), (16, "DQ_FLAG_1", "measure"),
        (17, "3.5", "value"), (17, "<5", "value"), (12, "E40000005", "region_code"),
    ],
)  # fmt: skip
def test_a_wrong_column_is_a_problem_that_names_it(column, value, words, tmp_path, settings):
    rows = practice()
    rows[3][column] = value
    (problem,) = add(file_of(tmp_path, rows), settings).problems
    assert words in problem


def test_two_months_in_one_file_are_not_one_release(tmp_path, settings):
    outcome = add(file_of(tmp_path, [*practice(), *practice("G82002", day="20230131")]), settings)
    assert any("achievement_date has more than one value" in problem for problem in outcome.problems)


@pytest.mark.parametrize(
    ("figures", "rule"),
    [
        ({"LD_REG_1417_Count": "11"}, "registers_add_up"),
        ({"LD_REG_18OV_Count": "40"}, "registers_add_up"),
        ({"LDHCMI035_Numerator": "41"}, "numerators_are_within_denominators"),
        ({"LDHCMI037_Numerator": "31"}, "plans_are_within_checks"),
        ({"LDHCMI034_Numerator": "*"}, "hidden_with_their_denominator"),
        ({"LDHCMI034_HLTHCHKDEC": "*"}, "hidden_with_their_denominator"),
    ],
)
def test_figures_that_contradict_each_other_break_their_rule(figures, rule, tmp_path, settings):
    assert rule in failed_rules(added(file_of(tmp_path, practice(**figures)), settings), settings)


def test_a_day_within_the_month_and_a_measure_of_another_indicator_break_their_rules(tmp_path, settings):
    rows = practice(day="20230227")
    rows[0][16] = "Numerator"
    assert {"last_day_of_a_month", "measures_fit_their_indicator"} <= failed_rules(
        added(file_of(tmp_path, rows), settings), settings
    )


def test_a_renamed_column_is_refused_with_the_line_to_add(tmp_path, settings):
    header = HEADER.replace("PRACTICE_CODE", "ORG_CODE").split(",")
    outcome = add(made(tmp_path / NAME, csv_bytes(header, practice())), settings)
    assert outcome.status == "refused"
    assert "column 'ORG_CODE' is unknown" in outcome.message
