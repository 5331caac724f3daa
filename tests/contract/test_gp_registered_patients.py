"""Patients registered at a GP practice: totals, map and ages of both generations are known, and wrong ones are judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, csv_bytes, made, rows_of

from pipeline.periods import parse

TOTALS = {
    "ccg_2021": "PUBLICATION,EXTRACT_DATE,TYPE,CCG_CODE,ONS_CCG_CODE,CODE,POSTCODE,SEX,AGE,NUMBER_OF_PATIENTS",
    "sub_icb_2025": (
        "PUBLICATION,EXTRACT_DATE,TYPE,SUB_ICB_LOCATION_CODE,ONS_SUB_ICB_LOCATION_CODE,CODE,POSTCODE,SEX,AGE,"
        "NUMBER_OF_PATIENTS"
    ),
}
MAP = {
    "ccg_2020": (
        "PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,PCN_NAME,ONS_CCG_CODE,CCG_CODE,"
        "CCG_NAME,ONS_STP_CODE,STP_CODE,STP_NAME,ONS_COMM_REGION_CODE,COMM_REGION_CODE,COMM_REGION_NAME"
    ),
    "sub_icb_2025": (
        "PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,PCN_NAME,"
        "ONS_SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_NAME,ONS_ICB_CODE,ICB_CODE,ICB_NAME,"
        "ONS_COMM_REGION_CODE,COMM_REGION_CODE,COMM_REGION_NAME,SUPPLIER_NAME"
    ),
}
AGES = "PUBLICATION,EXTRACT_DATE,ORG_TYPE,ORG_CODE,ONS_CODE,POSTCODE,SEX,AGE_GROUP_5,NUMBER_OF_PATIENTS"
GROUPS = [f"{start}_{start + 4}" for start in range(0, 95, 5)] + ["95+"]
LIST = "GP_PRAC_PAT_LIST"


def total_row(day: str = "2025-12-01", **cells: str) -> list[str]:
    right = {
        "type": "GP", "location": "91Q", "ons": "E38000237", "code": "G82001", "postcode": "CT5 1BQ", "sex": "ALL",
        "age": "ALL", "patients": "10500",
    }  # fmt: skip
    assert set(cells) <= set(right)
    return [LIST, day, *(right | cells).values()]


def map_row(day: str, *supplier: str, **cells: str) -> list[str]:
    right = {
        "code": "G82001", "name": "A SURGERY", "postcode": "CT5 1BQ", "pcn": "U12550", "pcn_name": "MPA PCN",
        "ons": "E38000237", "location": "91Q", "location_name": "NHS Kent and Medway ICB - 91Q", "icb_ons": "E54000032",
        "icb": "QKS", "icb_name": "NHS Kent and Medway Integrated Care Board", "region_ons": "E40000005",
        "region": "Y59", "region_name": "South East",
    }  # fmt: skip
    assert set(cells) <= set(right)
    return [LIST, day, *(right | cells).values(), *supplier]


def ages_of(org_type: str, code: str, ons: str = "", postcode: str = "") -> list[list[str]]:
    """43 rows that add up: 1,000 and some in each age group."""
    found = []
    for extra, sex in enumerate(("FEMALE", "MALE")):
        found += [
            [LIST, "2025-12-01", org_type, code, ons, postcode, sex, group, str(1000 + extra)] for group in GROUPS
        ]
        found.append([LIST, "2025-12-01", org_type, code, ons, postcode, sex, "ALL", str(20 * (1000 + extra))])
    return [*found, [LIST, "2025-12-01", org_type, code, ons, postcode, "ALL", "ALL", "40020"]]


def ages() -> list[list[str]]:
    """One practice and every area above it."""
    return [
        *ages_of("Comm Region", "Y59", "E40000005"), *ages_of("ICB", "QKS", "E54000032"),
        *ages_of("SUB_ICB_LOCATION_CODE", "91Q", "E38000237"), *ages_of("PCN", "U12550"),
        *ages_of("GP", "G82001", postcode="CT5 1BQ"),
    ]  # fmt: skip


def file_of(folder: Path, kind: str, header: str, rows: list[list[str]], name: str = "") -> Path:
    """CRLF, as published in 2021."""
    return made(folder / (name or f"gp-reg-pat-prac-{kind}.csv"), csv_bytes(header.split(","), rows, line_end="\r\n"))


@pytest.mark.parametrize(
    ("layout", "day"), [("ccg_2021", "01JAN2021"), ("ccg_2021", "01Jan2021"), ("sub_icb_2025", "2021-01-01")]
)
def test_totals_of_both_generations_give_the_same_rows(layout, day, tmp_path, settings):
    release = added(file_of(tmp_path, "all", TOTALS[layout], [total_row(day)]), settings)
    (row,) = rows_of(bronze_of(release, settings))
    assert (release.table, release.layout, release.period) == ("practice_totals", layout, parse("2021-01-01"))
    assert (release.period_from, release.period_in_name) == ("content", "")
    assert {name: str(cell) for name, cell in row.items()} == {
        "member": "", "source_row": "1", "extract_date": "2021-01-01", "org_type": "practice",
        "sub_icb_location_code": "91Q", "sub_icb_location_ons_code": "E38000237", "practice_code": "G82001",
        "postcode": "CT5 1BQ", "sex": "ALL", "age": "ALL", "patients": "10500",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("layout", "day", "supplier", "found"),
    [
        ("ccg_2020", "01Jan2022", (), None),
        ("ccg_2020", "01-Jan-22", (), None),
        ("sub_icb_2025", "01Jan2022", ("EMIS",), "EMIS"),
        ("sub_icb_2025", "01Jan2022", ("",), None),
    ],
)
def test_maps_of_both_generations_give_the_same_rows(layout, day, supplier, found, tmp_path, settings):
    release = added(file_of(tmp_path, "map", MAP[layout], [map_row(day, *supplier)]), settings)
    (row,) = rows_of(bronze_of(release, settings))
    assert (release.table, release.layout, release.period) == ("practice_map", layout, parse("2022-01-01"))
    assert (row["sub_icb_location_code"], row["icb_code"], row["icb_ons_code"]) == ("91Q", "QKS", "E54000032")
    assert (row["pcn_code"], row["supplier"]) == ("U12550", found)


def test_ages_are_read_with_the_kinds_of_organisation_in_our_words(tmp_path, settings):
    release = added(file_of(tmp_path, "quin-age", AGES, ages()), settings)
    rows = rows_of(bronze_of(release, settings))
    assert (release.table, release.layout, release.period) == ("quinary_age", "sub_icb_2025", parse("2025-12-01"))
    assert [row["org_type"] for row in rows[::43]] == ["region", "icb", "sub_icb_location", "pcn", "practice"]
    assert [row["age_group"] for row in rows[:21]] == [*GROUPS, "ALL"]
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize("kind", ["all", "map"])
def test_a_name_that_lies_is_recorded_and_not_believed(kind, tmp_path, settings):
    header, row = {"all": (TOTALS["ccg_2021"], total_row("01JAN2022")), "map": (MAP["ccg_2020"], map_row("01Jan2022"))}[
        kind
    ]
    release = added(file_of(tmp_path, kind, header, [row], f"gp-reg-pat-prac-{kind}__2020-09.csv"), settings)
    assert (release.period, release.period_from, release.period_in_name) == (parse("2022-01-01"), "content", "2020-09")


def test_two_extracts_in_one_file_are_not_one_release(tmp_path, settings):
    rows = [total_row(), total_row("2025-11-01", code="G82002")]
    outcome = add(file_of(tmp_path, "all", TOTALS["sub_icb_2025"], rows), settings)
    assert len(outcome.problems) == 1
    assert "extract_date has more than one value" in outcome.problems[0]


def test_a_practice_that_stands_twice_is_not_counted_twice_in_silence(tmp_path, settings):
    path = file_of(tmp_path, "all", TOTALS["sub_icb_2025"], [total_row(), total_row(patients="1")])
    (problem,) = add(path, settings).problems
    assert "1 of its keys stand more than once, expected none, first: practice_code G82001 (2 times)" in problem


@pytest.mark.parametrize("day", ["01/12/2025", "2025-12-1", "01Dez2025", "2025-13-01"])
def test_a_day_in_another_form_is_not_guessed(day, tmp_path, settings):
    outcome = add(file_of(tmp_path, "all", TOTALS["sub_icb_2025"], [total_row(day)]), settings)
    assert outcome.status == "refused"
    assert "expected a snapshot" in outcome.message


def test_a_renamed_column_is_refused_with_the_line_to_add(tmp_path, settings):
    header = TOTALS["sub_icb_2025"].replace("NUMBER_OF_PATIENTS", "NUMBER_PATIENTS")
    outcome = add(file_of(tmp_path, "all", header, [total_row()]), settings)
    assert outcome.status == "refused"
    assert outcome.message.endswith(
        "add a layout in pipeline/catalogue/nhs_england/gp_registered_patients.yml with `NUMBER_PATIENTS: patients`"
    )


def england(**cells: str) -> list[list[str]]:
    """As many practices as England has, in as many rows, with about as many patients."""
    codes = [f"{letter}8{number:04}" for letter in "ABCDEFG" for number in range(900)][:6200]
    return [total_row(code=code, **cells) for code in codes]


def test_whole_england_breaks_no_rule_of_the_totals(tmp_path, settings):
    release = added(file_of(tmp_path, "all", TOTALS["sub_icb_2025"], england()), settings)
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        (lambda: england(patients="12000")[:5400], "practices_of_england"),
        (lambda: england(patients="8000"), "patients_of_england"),
        (lambda: [*england(), total_row(code="Y00001", patients="200000")], "list_size_is_plausible"),
        (lambda: [*england(), total_row(code="Y00001", patients="0")], "list_size_is_plausible"),
        (lambda: [*england()[200:], *england(patients="12")[:200]], "small_lists_are_few"),
        (lambda: [*england(), total_row(code="Y00001", ons="E38000001")], "codes_name_one_area"),
        (lambda: [*england(), total_row(code="Y00001", location="07G")], "codes_name_one_area"),
    ],
)
def test_wrong_totals_break_their_rule(rows, rule, tmp_path, settings):
    release = added(file_of(tmp_path, "all", TOTALS["sub_icb_2025"], rows()), settings)
    assert failed_rules(release, settings) == {rule}


def test_fictional_practices_are_not_taken_for_a_cut_of_england(tmp_path, settings):
    rows = [total_row(code="Z90001", postcode="XZ1 1AA", location="99S", ons="E38999001")]
    release = added(file_of(tmp_path, "all", TOTALS["sub_icb_2025"], rows), settings)
    assert failed_rules(release, settings) == set()


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"ons": "E38000001"}, "location_codes_one_to_one"),
        ({"location": "92Q"}, "location_codes_one_to_one"),
        ({"location_name": "ANOTHER"}, "location_codes_one_to_one"),
        ({"icb_ons": "E54000001"}, "icb_codes_one_to_one"),
        ({"icb": "QH8"}, "icb_codes_one_to_one"),
        ({"region_ons": "E40000001"}, "region_codes_one_to_one"),
        ({"region_name": "Elsewhere"}, "region_codes_one_to_one"),
        ({"pcn_name": "ANOTHER PCN"}, "network_has_one_name"),
    ],
)
def test_a_wrong_map_breaks_its_rule(cells, rule, tmp_path, settings):
    rows = [map_row("01Dec2025", "EMIS"), map_row("01Dec2025", "EMIS", **({"code": "G82002"} | cells))]
    release = added(file_of(tmp_path, "map", MAP["sub_icb_2025"], rows), settings)
    assert failed_rules(release, settings) - {"mapped_practices_of_england"} == {rule}


def test_practices_of_another_icb_than_their_location_may_be_few(tmp_path, settings):
    def odd(number: int) -> set[str]:
        rows = [
            map_row("01Dec2025", "EMIS", code=f"G8{at:04}", **({"icb": "QNX", "icb_ons": "E54000064"} if at < number else {}))
            for at in range(200)
        ]  # fmt: skip
        release = added(file_of(tmp_path / str(number), "map", MAP["sub_icb_2025"], rows), settings)
        return failed_rules(release, settings) - {"mapped_practices_of_england"}

    assert odd(2) == set()
    assert odd(3) == {"few_are_outside_their_locations_icb"}


def test_practices_in_no_network_may_be_few(tmp_path, settings):
    def unallocated(number: int) -> set[str]:
        rows = [
            map_row("01Dec2025", "TPP", code=f"G8{at:04}", **({"pcn": "U", "pcn_name": "Unallocated"} if at < number else {}))
            for at in range(100)
        ]  # fmt: skip
        release = added(file_of(tmp_path / str(number), "map", MAP["sub_icb_2025"], rows), settings)
        return failed_rules(release, settings) - {"mapped_practices_of_england"}

    assert unallocated(5) == set()
    assert unallocated(6) == {"few_are_in_no_network"}


def spoilt_ages(org_type: str, sex: str, group: str, patients: int) -> list[list[str]]:
    return [[*row[:8], str(patients)] if (row[2], row[6], row[7]) == (org_type, sex, group) else row for row in ages()]


@pytest.mark.parametrize(
    ("rows", "rules"),
    [
        (lambda: ages()[:-1], {"ages_are_complete", "sexes_add_up", "practices_are_complete"}),
        (lambda: spoilt_ages("PCN", "MALE", "5_9", 1002), {"ages_add_up", "areas_add_up"}),
        (lambda: spoilt_ages("PCN", "ALL", "ALL", 40021), {"sexes_add_up", "areas_add_up"}),
        (
            lambda: spoilt_ages("GP", "ALL", "ALL", 40021),
            {"sexes_add_up", "practices_are_within_their_areas"},
        ),
        (lambda: [row for row in ages() if row[2] != "PCN"], {"areas_add_up"}),
        (lambda: [[*row[:4], "", *row[5:]] if row[2] == "ICB" else row for row in ages()], {"codes_fit_their_kind"}),
        (lambda: [[*row[:5], "", *row[6:]] if row[2] == "GP" else row for row in ages()], {"codes_fit_their_kind"}),
    ],
)
def test_ages_that_do_not_add_up_break_their_rules(rows, rules, tmp_path, settings):
    release = added(file_of(tmp_path, "quin-age", AGES, rows()), settings)
    assert rules <= failed_rules(release, settings)


def test_a_cut_of_practices_is_shown_and_does_not_block(tmp_path, settings):
    rows = [*ages(), *ages_of("GP", "G82002", postcode="CT5 1BQ")]
    doubled = [[*row[:8], str(2 * int(row[8]))] if row[2] != "GP" else row for row in rows]
    whole = added(file_of(tmp_path / "whole", "quin-age", AGES, doubled), settings)
    cut = added(file_of(tmp_path / "cut", "quin-age", AGES, [row for row in doubled if row[3] != "G82002"]), settings)
    assert failed_rules(whole, settings) == set()
    assert failed_rules(cut, settings) == {"practices_are_complete"}


def test_a_country_of_women_is_not_believed(tmp_path, settings):
    rows = [
        [*row[:8], str(int(row[8]) * 3)] if row[6] == "FEMALE" else row for row in ages() if row[6] != "ALL"
    ]  # fmt: skip
    rows += [[*row[:8], "80020"] for row in ages() if row[6] == "ALL"]
    assert failed_rules(added(file_of(tmp_path, "quin-age", AGES, rows), settings), settings) == {"sexes_are_balanced"}
