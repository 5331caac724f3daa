"""Proves that the extracts about people (LX-22 to LX-25) are read right: what is kept of a person, and what is stopped."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from judged import broken_rules
from published import add, bronze_of, made, quarantine_of, release_of, rows_of
from sheets import made_xlsx

from pipeline.catalogue.load import catalogue
from pipeline.gate.suites import load_suite
from pipeline.ingest import archive
from pipeline.ingest.archive import Provenance
from pipeline.privacy import nhs_number
from pipeline.privacy.pseudonym import Key
from pipeline.sample import person_extracts
from pipeline.sample.local_extracts import Extract

SYNTHETIC = Provenance(origin="synthetic", citation="made up by the tests")
EXTRACTS = {one.dataset: one for one in person_extracts.EXTRACTS}
NUMBER = next(one for one in map(nhs_number.made, range(999_000_500, 999_000_520)) if one)
# The pseudonym of a made-up person: the key is no secret, and of no domain of ours.
NOBODY = Key("synthetic", "none", b"made-up people have no secret to keep").pseudonym(NUMBER)


def first_row(one: Extract, **cells: str) -> dict[str, str]:
    row = one.filled()[0]
    unknown = set(cells) - set(row)
    assert not unknown, unknown
    return row | cells


def csv_of(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def taken(tmp_path, settings, one: Extract, *rows: dict[str, str]):
    outcome = add(made(tmp_path / one.file_name, csv_of(list(rows))), settings, provenance=SYNTHETIC)
    assert outcome.status == "archived", outcome.message
    return outcome, bronze_of(release_of(outcome, settings), settings)


@pytest.mark.parametrize("dataset", EXTRACTS)
def test_the_sample_is_read_whole_and_clean(dataset, tmp_path, settings):
    one = EXTRACTS[dataset]
    outcome, bronze = taken(tmp_path, settings, one, *one.filled())
    assert outcome.problems == ()
    rows = rows_of(bronze)
    assert len(rows) == person_extracts.known_totals()[f"{dataset}/{one.table}"]
    assert [row["person"] for row in rows] == [row["person"] for row in one.filled()]


@pytest.mark.parametrize("dataset", EXTRACTS)
def test_the_workbook_says_what_the_csv_says(dataset, tmp_path, settings):
    one = EXTRACTS[dataset]
    rows = one.filled()[:10]
    layout = next(layout for layout in catalogue().contracts[dataset].tables[0].layouts if layout.format == "xlsx")
    path = tmp_path / one.file_name.replace(".csv", ".xlsx")
    above = [[]] * (layout.header_row - 1)
    made_xlsx(path, {layout.sheet: [*above, list(rows[0]), *(list(row.values()) for row in rows)]})
    outcome = add(path, settings, provenance=SYNTHETIC)
    assert outcome.problems == ()
    of_workbook = rows_of(bronze_of(release_of(outcome, settings), settings))
    _, bronze = taken(tmp_path, replace(settings, raw=tmp_path / "raw2"), one, *rows)
    assert [{**row, "member": ""} for row in of_workbook] == rows_of(bronze)


def test_who_is_on_a_register_becomes_a_pseudonym_a_band_and_an_area(tmp_path, settings):
    row = first_row(
        EXTRACTS["lx_22_register_person"], person=f"{NUMBER[:3]} {NUMBER[3:6]} {NUMBER[6:]}", age_band="30/11/2007", sex="F",
        lsoa21="E01024000", register="dsr", risk="red", in_hospital="Y", keyworker="no",
    )  # fmt: skip
    _, bronze = taken(tmp_path, settings, EXTRACTS["lx_22_register_person"], row)
    (found,) = rows_of(bronze)
    # Eighteen on the very last day of the month.
    assert (found["person"], found["age_band"], found["sex"], found["lsoa21"]) == (
        NOBODY,
        "18-24",
        "female",
        "E01024000",
    )
    assert (found["register"], found["risk"], found["in_hospital"], found["keyworker"]) == ("dsr", "red", "yes", "no")
    assert found["month"] == date(2025, 11, 1)


def test_an_age_is_that_on_the_last_day_of_the_month(tmp_path, settings):
    rows = [
        first_row(EXTRACTS["lx_22_register_person"], person=person_extracts.person(at), age_band=born)
        for at, born in enumerate(("2007-12-01", "2007-11-30", "2011-11-30", "2011-12-01", "1925-01-01"), start=1)
    ]
    _, bronze = taken(tmp_path, settings, EXTRACTS["lx_22_register_person"], *rows)
    assert [row["age_band"] for row in rows_of(bronze)] == ["14-17", "18-24", "14-17", "0-13", "85+"]


def test_packages_spells_and_scores_keep_days_and_amounts(tmp_path, settings):
    package = first_row(EXTRACTS["lx_23_care_package"], package_start="2025-02-01", package_end="", weekly_cost_gbp="1450.75",
                        family_support_hours="12.5")  # fmt: skip
    _, bronze = taken(tmp_path, settings, EXTRACTS["lx_23_care_package"], package)
    (found,) = rows_of(bronze)
    assert (found["package_start"], found["package_end"]) == (date(2025, 2, 1), None)
    assert (found["weekly_cost_gbp"], found["family_support_hours"]) == (Decimal("1450.75"), Decimal("12.5"))
    spell = first_row(EXTRACTS["lx_24_hospital_spell"], admission_date="1994-06-01", discharge_date="", cost_gbp="")
    _, bronze = taken(tmp_path, settings, EXTRACTS["lx_24_hospital_spell"], spell)
    (found,) = rows_of(bronze)
    assert (found["admission_date"], found["discharge_date"], found["cost_gbp"]) == (date(1994, 6, 1), None, None)
    score = first_row(EXTRACTS["lx_25_risk_score"], score="0.123456")
    _, bronze = taken(tmp_path, settings, EXTRACTS["lx_25_risk_score"], score)
    assert rows_of(bronze)[0]["score"] == Decimal("0.123456")


BAD = [
    ("lx_22_register_person", {"person": ""}, "person.required"), ("lx_22_register_person", {"person": "12345"}, "person.type"),
    ("lx_22_register_person", {"person": NUMBER[:9] + "x"}, "person.type"),
    ("lx_22_register_person", {"person": "linkage:k1:" + "a" * 64}, "person.type"),
    ("lx_22_register_person", {"age_band": "18 to 24"}, "age_band.type"),
    ("lx_22_register_person", {"age_band": "2026-01-01"}, "age_band.type"),
    ("lx_22_register_person", {"age_band": "1850-01-01"}, "age_band.type"),
    ("lx_22_register_person", {"sex": "woman"}, "sex.allowed"), ("lx_22_register_person", {"lsoa21": "Ashford"}, "lsoa21.type"),
    ("lx_22_register_person", {"practice_ods": "TN23 7HJ"}, "practice_ods.pattern"),
    ("lx_22_register_person", {"risk": "purple"}, "risk.allowed"),
    ("lx_23_care_package", {"weekly_cost_gbp": "-1234.5"}, "weekly_cost_gbp.minimum"),
    ("lx_23_care_package", {"weekly_cost_gbp": "50000.01"}, "weekly_cost_gbp.maximum"),
    ("lx_23_care_package", {"weekly_cost_gbp": "1,450"}, "weekly_cost_gbp.type"),
    ("lx_23_care_package", {"package_type": "home"}, "package_type.allowed"),
    ("lx_23_care_package", {"package_start": "01/02/2025"}, "package_start.type"),
    ("lx_23_care_package", {"family_support_hours": "169"}, "family_support_hours.maximum"),
    ("lx_24_hospital_spell", {"specialty": "LD"}, "specialty.pattern"), ("lx_24_hospital_spell", {"unit_type": ""}, "unit_type.required"),
    ("lx_24_hospital_spell", {"admission_date": ""}, "admission_date.required"),
    ("lx_25_risk_score", {"score": "high"}, "score.type"), ("lx_25_risk_score", {"risk_group": "extreme"}, "risk_group.allowed"),
    ("lx_25_risk_score", {"tool": "Maud"}, "tool.allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("dataset", "cells", "rule"), BAD)
def test_a_cell_that_breaks_the_contract_is_in_quarantine_by_its_rule_and_is_not_shown(
    dataset, cells, rule, tmp_path, settings
):
    one = EXTRACTS[dataset]
    good = one.filled()[1]
    outcome, bronze = taken(tmp_path, settings, one, good, first_row(one, **cells))
    ((_, row, rules, kept),) = quarantine_of(bronze)
    assert (row, rules) == (2, [f"{dataset}.{one.table}.{rule}"])
    (name,), (value,) = cells, cells.values()
    assert kept[name] is None if value == "" else kept[name].startswith("[withheld")
    (problem,) = outcome.problems
    assert f"row 2 (line 3): {name} is" in problem
    assert not value or value not in problem.partition("expected:")[0]
    assert value == "" or value not in json.dumps(kept)


def test_who_is_of_age_does_not_turn_18(tmp_path, settings):
    one = EXTRACTS["lx_22_register_person"]
    rules = load_suite("lx_22_register_person").rules
    cases = (("14-17", "yes", set()), ("18-24", "", set()), ("18-24", "no", {"turns_18_before_18"}))
    for number, (band, turns, broken) in enumerate(cases):
        own = replace(settings, raw=tmp_path / f"raw{number}")
        _, bronze = taken(tmp_path, own, one, first_row(one, age_band=band, turns_18=turns))
        assert broken_rules(bronze.select(), rules) == {f"lx_22_register_person.{name}" for name in broken}


@pytest.mark.parametrize("column", ["package_start", "package_end"])
def test_a_person_who_stands_twice_is_told_by_rows(column, tmp_path, settings):
    one = EXTRACTS["lx_23_care_package"]
    row = first_row(one)
    outcome, _ = taken(tmp_path, settings, one, row, one.filled()[4], row | {"package_end": "2025-06-01"})
    assert "1 of its keys stand more than once, expected none, first: rows 1, 3" in outcome.problems[0]
    assert row[column] == "" or row[column] not in outcome.problems[0]


def test_a_header_that_is_not_the_templates_is_refused_without_a_cell_of_the_file(tmp_path, settings):
    one = EXTRACTS["lx_22_register_person"]
    data = csv_of([first_row(one)]).decode().replace("age_band", "Maud Okonkwo", 1).encode()
    outcome = add(made(tmp_path / one.file_name, data), settings, provenance=SYNTHETIC)
    assert outcome.status == "refused"
    assert (
        "is not of the form of lx_22_register_person/people, whose header is: extract_id, submitting_org_ods"
        in outcome.message
    )
    assert "what stands in the file is not shown" in outcome.message
    assert "Okonkwo" not in outcome.message


def test_a_real_extract_needs_governance_first(tmp_path, settings):
    one = EXTRACTS["lx_24_hospital_spell"]
    outcome = add(made(tmp_path / one.file_name, csv_of([first_row(one)])), settings)
    assert outcome.status == "refused"
    assert "in the governance block of lx_24_hospital_spell, controller is blank" in outcome.message
    assert "docs/how-to/take-person-level-data.md" in outcome.message
    assert archive.releases(settings.raw) == []
