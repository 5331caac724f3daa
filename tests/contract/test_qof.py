"""Quality and Outcomes Framework: registers, indicators and places of 2020/21 are known, and wrong ones are judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, rows_of

from pipeline.periods import parse

PREVALENCE = "PRACTICE_CODE,GROUP_CODE,REGISTER,PATIENT_LIST_TYPE,PRACTICE_LIST_SIZE"
INDICATORS = (
    "INDICATOR_CODE,INDICATOR_POINT_VALUE,GROUP_CODE,GROUP_DESCRIPTION,DOMAIN_CODE,DOMAIN_DESCRIPTION,PATIENT_LIST_TYPE"
)
PLACES = (
    "NAT_ONS_CODE,NAT_CODE,COUNTRY,REGION_ODS_CODE,REGION_ONS_CODE,REGION_NAME,STP_ODS_CODE,STP_ONS_CODE,STP_NAME,"
    "CCG_ODS_CODE,CCG_ONS_CODE,CCG_NAME,PCN_ODS_CODE,PCN_NAME,PRACTICE_CODE,PRACTICE_NAME"
)
YEAR = parse("2020/21")
# Registers whose lists are of other ages than all.
AGES = {"AST": "06OV", "CKD": "18OV", "DM": "17OV", "OST": "50OV", "RA": "16OV"}
LISTS = {"TOTAL": 4000, "06OV": 3700, "16OV": 3300, "17OV": 3250, "18OV": 3200, "50OV": 1500}
REGISTERS = ("AF", "AST", "CKD", "DM", "LD", "OST", "RA")
KENT = ["E92000001", "ENG", "England", "Y59", "E40000005", "South East", "QKS", "E54000032", "Kent and Medway"]


def registers(practice: str = "G82001") -> list[list[str]]:
    return [
        [practice, group, "40", AGES.get(group, "TOTAL"), str(LISTS[AGES.get(group, "TOTAL")])] for group in REGISTERS
    ]


def indicators() -> list[list[str]]:
    """Worth 560 points."""
    return [
        ["AF001", "80", "AF", "Atrial fibrillation", "CL", "Clinical", "TOTAL"],
        *(["DM00" + str(number), "80", "DM", "Diabetes mellitus", "CL", "Clinical", "17OV"] for number in range(1, 6)),
        ["CS005", "80", "CS", "Cervical screening", "PH", "Public Health", "TOTAL"],
    ]


def place(**cells: str) -> list[str]:
    right = {"pcn": "U12550", "pcn_name": "MPA PCN", "code": "G82001", "name": "A Surgery"}
    assert set(cells) <= set(right)
    return [*KENT, "91Q", "E38000237", "NHS Kent and Medway CCG", *(right | cells).values()]


def file_of(folder: Path, name: str, header: str, rows: list[list[str]]) -> Path:
    return made(folder / name, csv_bytes(header.split(","), rows))


@pytest.mark.parametrize(
    ("name", "header", "rows", "table", "first"),
    [
        ("PREVALENCE_2021_v2.csv", PREVALENCE, registers(), "prevalence", ("G82001", "AF", 40, "TOTAL", 4000)),
        ("MAPPING_INDICATORS_2021_v2.csv", INDICATORS, indicators(), "indicators",
         ("AF001", 80, "AF", "Atrial fibrillation", "CL", "Clinical", "TOTAL")),
        ("MAPPING_NHS_GEOGRAPHIES_2021.csv", PLACES, [place()], "practice_map",
         ("G82001", "A Surgery", "U12550", "MPA PCN", "91Q", "E38000237", "NHS Kent and Medway CCG", "QKS", "E54000032",
          "Kent and Medway", "Y59", "E40000005", "South East", "E92000001", "ENG", "England")),
    ],
)  # fmt: skip
def test_each_file_of_a_year_is_known_and_read(name, header, rows, table, first, tmp_path, settings):
    release = added(file_of(tmp_path, name, header, rows), settings)
    read = rows_of(bronze_of(release, settings))
    assert (release.table, release.period, release.period_from) == (table, YEAR, "name")
    assert (tuple(read[0].values())[2:], len(read)) == (first, len(rows))
    assert failed_rules(release, settings) <= {"registers_of_england", "practices_of_england"}


@pytest.mark.parametrize(
    ("name", "period"),
    [("PREVALENCE_2425.csv", "2024/25"), ("PREVALENCE_1920_v2.csv", "2019/20"), ("PREVALENCE_2022.csv", ""),
     ("PREVALENCE_2024.csv", ""), ("PREVALENCE.csv", "")],
)  # fmt: skip
def test_only_years_that_follow_one_another_are_a_financial_year(name, period, tmp_path, settings):
    outcome = add(file_of(tmp_path, name, PREVALENCE, registers()), settings)
    if period:
        assert f"/{parse(period).slug}/" in outcome.release_id
    else:
        assert outcome.message == (
            f"{name}: neither its content nor its name says which period it is, expected a financial year. "
            "Give it: --period 2024/25"
        )


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (1, "SMOK", "group_code"),
        (2, "40.5", "register_patients"),
        (2, "", "register_patients"),
        (3, "18+", "patient_list_type"),
        (4, "0", "list_size"),
        (0, "82001", "practice_code"),
    ],
)
def test_a_wrong_cell_of_a_register_is_a_problem_that_names_its_column(column, value, words, tmp_path, settings):
    rows = registers()
    rows[0][column] = value
    (problem,) = add(file_of(tmp_path, "PREVALENCE_2021.csv", PREVALENCE, rows), settings).problems
    assert words in problem


@pytest.mark.parametrize(
    ("practice", "changes", "rule"),
    [
        ("G82002", {}, "every_practice_has_every_register"),
        ("G82001", {4: "4001"}, "one_list_for_one_range_of_ages"),
        ("G82001", {3: "18OV", 4: "3200"}, "one_range_of_ages_for_a_register"),
    ],
)
def test_wrong_registers_break_their_rule(practice, changes, rule, tmp_path, settings):
    rows = [*registers("G82001"), *registers("G82009")]
    rows[0][0] = practice
    for column, value in changes.items():
        rows[0][column] = value
    release = added(file_of(tmp_path, "PREVALENCE_2021.csv", PREVALENCE, rows), settings)
    assert rule in failed_rules(release, settings)


def test_a_list_of_more_ages_is_not_shorter(tmp_path, settings):
    rows = [[*row[:4], "3800" if row[3] == "17OV" else row[4]] for row in registers()]
    release = added(file_of(tmp_path, "PREVALENCE_2021.csv", PREVALENCE, rows), settings)
    assert "lists_nest" in failed_rules(release, settings)


def test_a_register_longer_than_its_list_is_let_pass_three_times(tmp_path, settings):
    rows = [[*row[:2], "9999", *row[3:]] for row in registers()]
    few = added(file_of(tmp_path, "PREVALENCE_2021.csv", PREVALENCE, [*rows[:3], *registers()[3:]]), settings)
    assert "registers_are_within_their_lists" not in failed_rules(few, settings)
    many = added(file_of(tmp_path, "PREVALENCE_2122.csv", PREVALENCE, rows), settings)
    assert "registers_are_within_their_lists" in failed_rules(many, settings)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        (2, "DM", "codes_begin_with_their_group"), (3, "Diabetes mellitus", "codes_begin_with_their_group"),
        (5, "Public Health", "domains_have_one_name"), (1, "10", "points_of_the_framework"),
    ],
)  # fmt: skip
def test_wrong_indicators_break_their_rule(column, value, rule, tmp_path, settings):
    rows = indicators()
    rows[0][column] = value
    release = added(file_of(tmp_path, "MAPPING_INDICATORS_2021.csv", INDICATORS, rows), settings)
    assert rule in failed_rules(release, settings)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [(10, "E38000001", "codes_name_one_area"), (6, "QH8", "codes_name_one_area"), (5, "London", "codes_name_one_area"),
     (13, "Another PCN", "network_has_one_name")],
)  # fmt: skip
def test_wrong_places_break_their_rule(column, value, rule, tmp_path, settings):
    rows = [place(), place(code="G82002")]
    rows[1][column] = value
    release = added(file_of(tmp_path, "MAPPING_NHS_GEOGRAPHIES_2021.csv", PLACES, rows), settings)
    assert rule in failed_rules(release, settings)
