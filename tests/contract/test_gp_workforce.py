"""Staff of general practices: 800 columns become rows, and what the columns say of each other is judged.

The names of the columns are those of public readers of the file; see the contract for what proves them.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, all_added, bronze_of, csv_bytes, made, made_zip, rows_of

from pipeline.periods import parse

ABOUT = (
    "PRAC_CODE,PRAC_NAME,PCN_CODE,PCN_NAME,SUB_ICB_CODE,SUB_ICB_NAME,ICB_CODE,ICB_NAME,REGION_CODE,REGION_NAME,"
    "TOTAL_PATIENTS,TOTAL_MALE,TOTAL_FEMALE"
)
PATIENTS = [
    f"{sex}_PATIENTS_{ages}"
    for sex in ("MALE", "FEMALE")
    for ages in ("0TO4", "5TO14", "15TO44", "45TO64", "65TO74", "75TO84", "85PLUS")
]
SOURCES = ["GP_SOURCE", "NURSE_SOURCE", "DPC_SOURCE", "ADMIN_SOURCE"]
DETAILED = "1 General Practice – November 2025 Practice Level - Detailed.csv"
HIGH = "3 General Practice – November 2025 Practice Level - High level.csv"
ESTIMATED = "Fully estimated - no data provided"
OF_A_CUT = {"practices_of_england"}


def staff() -> dict[str, str]:
    """The columns of staff with figures that add up: of each role a woman and a man, half a full time each."""
    found: dict[str, str] = {}
    roles = {
        "GP": ("GP_SEN_PTNR", "GP_TRN_GR_ST1", "GP_LOCUM_VAC"), "NURSES": ("N_PRAC_NURSE",),
        "DPC": ("DPC_HCA", "DPC_TRAINEE_NURSE_ASSOC"), "ADMIN": ("ADMIN_RECEPT",),
    }  # fmt: skip
    people = {role: 1 for parts in roles.values() for role in parts} | {
        role: len(parts) for role, parts in roles.items()
    }
    people |= {"GP_EXTG": 2, "GP_EXL": 2, "GP_EXTGL": 1}
    for gender, times in (("TOTAL", 2), ("MALE", 1), ("FEMALE", 1)):
        for role, number in people.items():
            found[f"{gender}_{role}_HC"] = str(number * times)
            found[f"{gender}_{role}_FTE"] = str(number * times / 2)
    for name in ("TOTAL_GP_HC", "TOTAL_NURSES_HC", "TOTAL_NURSES_FTE"):
        young = "UNDER30" if "GP" in name else "UNDER25"
        found |= {f"{name}_{young}": found[name], f"{name}_30TO34": "0", f"{name}_UNKNOWN_AGE": "0"}
    found |= {"MALE_GP_HC_COQ_UK": "3", "MALE_GP_HC_COQ_ASIA_SOUTH": "0"}
    # The one column whose name the publisher writes in another order.
    found["FEMALE_TRAINEE_DPC_NURSE_ASSOC_HC"] = found.pop("FEMALE_DPC_TRAINEE_NURSE_ASSOC_HC")
    return found


HEADER = [*ABOUT.split(","), *PATIENTS, *SOURCES, *staff(), "TOTAL_UNKNOWN_GENDER"]


def practice(code: str = "G82001", patients: str = "10500", nurses: str = "Fully provided", **cells: str) -> list[str]:
    figures = staff()
    assert set(cells) <= set(figures)
    if nurses == ESTIMATED:
        figures |= {name: "NA" for name in figures if "_N_" in name or "_NURSES_" in name}
    area = [
        "U12550",
        "MPA PCN",
        "91Q",
        "NHS Kent and Medway ICB - 91Q",
        "QKS",
        "NHS Kent and Medway ICB",
        "Y59",
        "South East",
    ]
    sources = ["Fully provided", nurses, "Fully provided", "Fully provided"]
    return [code, "A SURGERY", *area, patients, "5000", "5500", *["1"] * 14, *sources, *(figures | cells).values(), "0"]


def high_level(code: str = "G82001", **values: str) -> list[list[str]]:
    right = {
        ("GP", "Total", "FTE"): "1.5", ("GP", "Senior Partner", "FTE"): "1.5", ("GP", "Total", "Headcount"): "2",
        ("GP", "Senior Partner", "Headcount"): "2", ("Direct Patient Care", "Therapist- Other", "FTE"): "0.0",
        ("Nurses", "Total", "FTE"): "NA",
    }  # fmt: skip
    rows = [[code, "A SURGERY", *key, value] for key, value in right.items()]
    for at, value in values.items():
        rows[int(at.removeprefix("r"))][-1] = value
    return rows


HIGH_HEADER = ("PRAC_CODE", "PRAC_NAME", "STAFF_GROUP", "DETAILED_STAFF_ROLE", "MEASURE", "VALUE")


def detailed_of(folder: Path, rows: list[list[str]], header: list[str] | None = None) -> Path:
    return made(folder / DETAILED, csv_bytes(header or HEADER, rows, line_end="\r\n"))


def test_every_column_of_staff_becomes_a_row(tmp_path, settings):
    release = added(detailed_of(tmp_path, [practice()]), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.layout, release.period, release.period_from) == ("detailed_csv", parse("2025-11"), "name")
    assert len(rows) == len(staff())
    figures = {
        (row["gender"], row["role"], row["measure"], row["age_band"], row["qualified_in"]): row["value"] for row in rows
    }
    assert figures["all", "GP_EXTGL", "fte", None, None] == 1
    assert figures["all", "NURSES", "fte", "UNDER25", None] == 1
    assert figures["male", "GP", "headcount", None, "ASIA_SOUTH"] == 0
    assert figures["female", "DPC_TRAINEE_NURSE_ASSOC", "headcount", None, None] == 1
    assert failed_rules(release, settings) == OF_A_CUT


def test_not_supplied_is_not_zero(tmp_path, settings):
    release = added(detailed_of(tmp_path, [practice(), practice("G82002", nurses=ESTIMATED)]), settings)
    nurses = [row for row in rows_of(bronze_of(release, settings)) if row["role"] in ("NURSES", "N_PRAC_NURSE")]
    found = {(row["practice_code"], row["value"] is None, row["value_status"]) for row in nurses}
    assert found == {("G82001", False, "exact"), ("G82002", True, "not_available")}
    assert failed_rules(release, settings) == OF_A_CUT


@pytest.mark.parametrize(("encoding", "layout"), [("utf-8", "detailed_zip"), ("cp1252", "detailed_zip_cp1252")])
def test_the_zip_of_a_month_gives_both_tables(encoding, layout, tmp_path, settings):
    """A name with a letter beyond ASCII tells the encodings apart."""
    detailed = practice()
    detailed[1] = "MÉDICAL CENTRE"
    high = high_level()
    high[0][1] = "MÉDICAL CENTRE"
    members = {
        "0 General Practice Detailed Practice-Level CSV. Overall Definitions.xlsx": b"not read",
        DETAILED: csv_bytes(HEADER, [detailed], encoding=encoding),
        "2 General Practice High-level Practice-Level CSV. Overall Definitions.xlsx": b"not read",
        HIGH: csv_bytes(HIGH_HEADER, high, encoding=encoding),
    }
    found = all_added(made_zip(tmp_path / "GPWPracticeCSV.112025.zip", members), settings)
    assert {table: release.period.slug for table, release in found.items()} == {
        "practice_detailed": "2025-11", "practice_high_level": "2025-11",
    }  # fmt: skip
    assert found["practice_detailed"].layout == layout
    rows = rows_of(bronze_of(found["practice_high_level"], settings))
    assert (rows[0]["practice_name"], rows[0]["measure"], rows[0]["value"]) == ("MÉDICAL CENTRE", "fte", Decimal("1.5"))
    assert (rows[5]["value"], rows[5]["value_status"]) == (None, "not_available")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("TOTAL_NURSES_FTE", "TOTAL_NURSES_WTE", "column 'TOTAL_NURSES_WTE' is unknown"),
        ("TOTAL_GP_HC_30TO34", "TOTAL_GP_HC_30-34", "column 'TOTAL_GP_HC_30-34' is unknown"),
        ("TOTAL_ADMIN_HC", "TOTAL_CLERKS_HC", "column 'TOTAL_CLERKS_HC' is unknown"),
        ("GP_SOURCE", "GP_DATA_SOURCE", "column 'GP_DATA_SOURCE' is unknown (nearest expected: 'GP_SOURCE')"),
        ("TOTAL_GP_HC", "TOTAL_GP_FTE", "column 'TOTAL_GP_FTE' stands twice"),
    ],
)
def test_a_column_of_another_name_is_refused(old, new, words, tmp_path, settings):
    header = [new if name == old else name for name in HEADER]
    outcome = add(detailed_of(tmp_path, [practice()], header), settings)
    assert outcome.status == "refused"
    assert words in outcome.message


def test_a_role_that_nobody_told_us_of_is_a_problem_that_names_it(tmp_path, settings):
    header = [name.replace("DPC_HCA", "DPC_ROBOT") for name in HEADER]
    (problem,) = add(detailed_of(tmp_path, [practice()], header), settings).problems
    assert "role is 'DPC_ROBOT'" in problem


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"FEMALE_GP_HC": "4"}, "genders_are_within_totals"),
        ({"TOTAL_GP_HC_UNDER30": "5"}, "ages_add_up"),
        ({"MALE_GP_HC_COQ_UK": "2"}, "ages_add_up"),
        ({"TOTAL_DPC_HCA_FTE": "1.2"}, "roles_add_up"),
        ({"TOTAL_DPC_HCA_HC": "1"}, "roles_add_up"),
        ({"TOTAL_GP_EXTG_FTE": "3"}, "fully_qualified_are_all_but_trainees"),
        ({"TOTAL_GP_EXL_FTE": "1"}, "fully_qualified_are_all_but_trainees"),
        ({"TOTAL_ADMIN_RECEPT_HC": "2.5"}, "headcounts_are_whole"),
        ({"TOTAL_ADMIN_HC": "NA"}, "estimated_practices_have_no_figures"),
        ({"nurses": "Fully estimated - data not used"}, "estimated_practices_have_no_figures"),
    ],
)
def test_figures_that_contradict_each_other_break_their_rule(cells, rule, tmp_path, settings):
    release = added(detailed_of(tmp_path, [practice(), practice("G82002", **cells)]), settings)
    assert rule in failed_rules(release, settings)


def test_a_file_without_headcounts_of_a_group_lacks_totals(tmp_path, settings):
    at = HEADER.index("MALE_ADMIN_HC")
    rows = [[*practice()[:at], *practice()[at + 1 :]]]
    release = added(detailed_of(tmp_path, rows, [*HEADER[:at], *HEADER[at + 1 :]]), settings)
    assert "totals_are_there" in failed_rules(release, settings)


@pytest.mark.parametrize(
    ("rows", "rules"),
    [
        (high_level(), set()),
        (high_level(r0="1.7"), {"totals_add_up"}),
        (high_level(r2="1.5"), {"high_level_headcounts_are_whole"}),
        ([*high_level(), *high_level("G82002")[:-1]], {"every_practice_has_every_role"}),
    ],
)
def test_the_high_level_file_is_judged(rows, rules, tmp_path, settings):
    release = added(made(tmp_path / HIGH, csv_bytes(HIGH_HEADER, rows)), settings)
    assert failed_rules(release, settings) == rules | {"high_level_practices_of_england"}


# --- individuals ---------------------------------------------------------------------------------------------------

PERSON_HEADER = (
    "YEAR,Month,COMM_REGION_CODE,COMM_REGION_NAME,ICB_CODE,ICB_NAME,SUB_ICB_CODE,SUB_ICB_NAME,DATA_SOURCE,UNIQUE_IDENTIFIER,"
    "STAFF_GROUP,DETAILED_STAFF_ROLE,STAFF_ROLE,COUNTRY_QUALIFICATION_AREA,COUNTRY_QUALIFICATION_GROUP,AGE_BAND,AGE_YEARS,"
    "GENDER,FTE"
)


def person(**cells: str) -> list[str]:
    right = {
        "year": "2025", "month": "11", "region": "Y59", "region_name": "South East", "icb": "QKS",
        "icb_name": "NHS Kent and Medway ICB", "location": "91Q", "location_name": "NHS Kent and Medway ICB - 91Q",
        "source": "Collected", "person": "4711_202511", "group": "Nurses", "detailed": "Practice Nurse",
        "role": "Practice Nurses", "area": "Not Applicable", "countries": "Not Applicable", "band": "40-44",
        "years": "43", "gender": "Female", "fte": "0.704822911",
    }  # fmt: skip
    assert set(cells) <= set(right)
    return [*(right | cells).values()]


def persons_of(folder: Path, rows: list[list[str]]) -> Path:
    data = csv_bytes(PERSON_HEADER.split(","), rows)
    return made(folder / "1.General Practice – November 2025 Individual Level.csv", data)


def test_persons_are_read_without_their_number_and_age_and_alike_ones_apart(tmp_path, settings):
    estimated = person(source="Estimated", person="110_20232", band="Unknown", years="NULL", gender="Other/Unknown")
    release = added(persons_of(tmp_path, [person(), person(), estimated]), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.table, release.period) == ("individuals", parse("2025-11"))
    assert sum(row["fte"] for row in rows) == Decimal("2.114468733")
    kept = {str(cell) for row in rows for cell in row.values()}
    assert not kept & {"4711_202511", "110_20232", "43"}
    assert len({row["person"] for row in rows}) == 2
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("cells", "words"),
    [({"source": "Guessed"}, "data_source"), ({"gender": "F"}, "gender"), ({"fte": "0,7"}, "fte"),
     ({"location": "E38000237"}, "sub_icb_location_code")],
)  # fmt: skip
def test_a_wrong_cell_of_a_person_is_a_problem_that_names_its_column(cells, words, tmp_path, settings):
    (problem,) = add(persons_of(tmp_path, [person(), person(**cells)]), settings).problems
    assert words in problem


@pytest.mark.parametrize(
    ("cells", "rule"),
    [({"role": "Nurse Partners"}, "detailed_roles_have_one_role"),
     ({"icb_name": "NHS Surrey ICB"}, "areas_of_individuals_have_one_name")],
)  # fmt: skip
def test_persons_that_contradict_each_other_break_their_rule(cells, rule, tmp_path, settings):
    assert failed_rules(added(persons_of(tmp_path, [person(), person(**cells)]), settings), settings) == {rule}
