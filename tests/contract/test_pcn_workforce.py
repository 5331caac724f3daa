"""Staff of primary care networks: posts of each census are read, alike ones apart, a person's number never as published."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, made_zip, rows_of

from pipeline.periods import parse

HEADER = (
    "Data_source,CENSUS_YEAR,CENSUS_MONTH,PCN_CODE,PCN_NAME,SUB_ICB_CODE,SUB_ICB_NAME,ICB_CODE,ICB_NAME,COMM_REGION_CODE,"
    "COMM_REGION_NAME,STAFF_GROUP,STAFF_ROLE,DETAILED_STAFF_ROLE,FTE,UNIQUE_IDENTIFIER"
)
NAME = "11.Primary Care Networks – September 2022 Individual Level.csv"
# What is said of any file of fewer networks than report.
OF_A_CUT = {"networks_of_england"}


def post(**cells: str) -> list[str]:
    right = {
        "source": "NWRS Staff", "year": "2022", "month": "9", "pcn": "U12550", "pcn_name": "MPA PCN",
        "location": "91Q", "location_name": "NHS Kent and Medway ICB - 91Q", "icb": "QKS",
        "icb_name": "NHS Kent and Medway ICB", "region": "Y59", "region_name": "South East",
        "group": "Other Direct Patient Care staff", "role": "Pharmacists", "detailed": "Pharmacist", "fte": "0.8",
        "person": "3126",
    }  # fmt: skip
    assert set(cells) <= set(right)
    return [*(right | cells).values()]


DIRECTOR = {"group": "Directors", "role": "Medical Clinical Director (GP)", "detailed": "Clinical Director – Medical"}
CONTRACTED = {"source": "NWRS contracted services", "fte": "2.5", "person": "NULL"}


def file_of(folder: Path, rows: list[list[str]], name: str = NAME, encoding: str = "cp1252") -> Path:
    return made(folder / name, csv_bytes(HEADER.split(","), rows, line_end="\r\n", encoding=encoding))


@pytest.mark.parametrize(("encoding", "layout"), [("cp1252", "individual_2020_cp1252"), ("utf-8", "individual_2020")])
def test_posts_are_read_in_both_encodings_without_the_publishers_number_of_a_person(
    encoding, layout, tmp_path, settings
):
    rows = [post(), post(**DIRECTOR), post(**CONTRACTED)]
    release = added(file_of(tmp_path, rows, encoding=encoding), settings)
    read = rows_of(bronze_of(release, settings))
    assert (release.layout, release.period, release.period_from) == (layout, parse("2022-09"), "name")
    assert read[1]["detailed_staff_role"] == "Clinical Director – Medical"
    assert [row["fte"] for row in read] == [Decimal("0.8"), Decimal("0.8"), Decimal("2.5")]
    assert not any("3126" in str(cell) for row in read for cell in row.values())
    assert failed_rules(release, settings) == OF_A_CUT


def test_two_posts_that_are_alike_are_two_people(tmp_path, settings):
    release = added(file_of(tmp_path, [post(), post(person="3127"), post(person="3127")]), settings)
    assert sum(row["fte"] for row in rows_of(bronze_of(release, settings))) == Decimal("2.4")


def test_a_person_has_one_number_within_a_file_and_another_in_the_next(tmp_path, settings):
    files = {"September": [post(), post(fte="0.2"), post(person="3127")], "October": [post(month="10")]}
    numbers = []
    for month, rows in files.items():
        path = file_of(tmp_path, rows, f"1.Primary Care Networks - {month} 2022 Individual Level.csv")
        numbers.append([row["person"] for row in rows_of(bronze_of(added(path, settings), settings))])
    (first, again, other), (later,) = numbers
    assert first == again
    assert len({first, other, later}) == 3


def test_blanks_at_the_end_of_names_do_not_make_two_networks(tmp_path, settings):
    release = added(file_of(tmp_path, [post(), post(pcn_name="MPA PCN  ")]), settings)
    assert {row["pcn_name"] for row in rows_of(bronze_of(release, settings))} == {"MPA PCN"}


def test_the_zip_of_2025_with_its_definitions_is_known_by_its_name(tmp_path, settings):
    rows = [post(source="NWRS Contracted Services", month="11", year="2025", fte="1.0", person="")]
    path = made_zip(
        tmp_path / "PCNWFIndividualCSV.112025.zip",
        {
            "0.Primary Care Network Individual-Level CSV overall definitions.xlsx": b"not read",
            "1.Primary Care Networks - November 2025 Individual Level.csv": csv_bytes(HEADER.split(","), rows),
        },
    )
    release = added(path, settings)
    (row,) = rows_of(bronze_of(release, settings))
    assert (release.layout, release.period) == ("individual_zip", parse("2025-11"))
    assert row["data_source"] == "NWRS contracted services"


def test_posts_of_a_month_that_stand_in_two_files_would_count_twice(tmp_path, settings):
    members = {
        f"{number}.Primary Care Networks - November 2025 Individual Level.csv": csv_bytes(
            HEADER.split(","), [post(year="2025", month="11")]
        )
        for number in (1, 2)
    }
    outcome = add(made_zip(tmp_path / "PCNWFIndividualCSV.112025.zip", members), settings)
    assert outcome.status == "refused"
    assert "holds 2 members like *Individual Level*.csv" in outcome.message


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"group": "Directors "}, ""),
        ({"role": "Pharmacist"}, "staff_role"),
        ({"detailed": "Clinical Director - Medical"}, "detailed_staff_role"),
        ({"fte": "NULL"}, "fte"),
        ({"fte": "0,8"}, "fte"),
        ({"fte": "80"}, "fte"),
        ({"pcn": "12550"}, "pcn_code"),
        ({"icb": "E54000032"}, "icb_code"),
    ],
)
def test_a_wrong_cell_is_a_problem_that_names_its_column(cells, words, tmp_path, settings):
    problems = add(file_of(tmp_path, [post(), post(**cells)]), settings).problems
    assert [words in problem for problem in problems] == ([True] if words else [])


def test_a_file_without_a_month_in_its_name_is_refused(tmp_path, settings):
    outcome = add(file_of(tmp_path, [post()], "Primary Care Networks Individual Level.csv"), settings)
    assert outcome.status == "refused"
    assert "expected a month. Give it: --period" in outcome.message


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"pcn_name": "ANOTHER PCN"}, "codes_name_one_area"),
        ({"location": "07G"}, "codes_name_one_area"),
        ({"icb_name": "NHS Surrey ICB"}, "codes_name_one_area"),
        ({"role": "Paramedics"}, "detailed_roles_have_one_role"),
        ({"fte": "2.5"}, "hours_are_of_one_person"),
    ],
)
def test_posts_that_contradict_each_other_break_their_rule(cells, rule, tmp_path, settings):
    release = added(file_of(tmp_path, [post(), post(**cells)]), settings)
    assert failed_rules(release, settings) == {rule} | OF_A_CUT


def test_a_few_negative_hours_are_let_pass(tmp_path, settings):
    few = [post(), *[post(fte="-0.027")] * 2]
    assert failed_rules(added(file_of(tmp_path, few), settings), settings) == OF_A_CUT
    many = added(file_of(tmp_path / "many", [post(), *[post(fte="-0.027")] * 3]), settings)
    assert failed_rules(many, settings) == {"negative_hours_are_few"} | OF_A_CUT
