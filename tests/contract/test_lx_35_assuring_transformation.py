"""Proves that LX-35 is read right: codes or words of the record, what is kept of a person, and what is stopped."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from judged import failed_rules
from published import add, bronze_of, made, release_of, rows_of
from staged import staged

from pipeline.ingest.archive import Provenance
from pipeline.privacy import nhs_number
from pipeline.privacy.pseudonym import Key
from pipeline.sample.assuring_transformation import EXTRACTS

SYNTHETIC = Provenance(origin="synthetic", citation="made up by the tests")
(SAMPLE,) = EXTRACTS
NUMBER, ANOTHER = [one for one in map(nhs_number.made, range(999_000_600, 999_000_620)) if one][:2]
# The pseudonym of a made-up person: the key is no secret, and of no domain of ours.
NOBODY = Key("synthetic", "none", b"made-up people have no secret to keep").pseudonym(NUMBER)
# As the codes of the record have it, of a person who turned 18 on the last day of the month.
CODED = {
    "person": NUMBER, "month": "2025-11", "age_band": "30/11/2007", "sex": "2", "category": "2", "episode_start": "2025-06-01",
    "episode_end": "", "admission_plan": "2", "registered": "Y", "ward_security": "4", "care_plan": "6",
    "delay_reasons": "PatientOrFamilyChoise;LackOfSuitableHousingProvision", "out_of_area": "Y",
    "out_of_area_reasons": "NoLocalBed;Other", "ehcp": "N", "keyworker": "", "s17_leave": "N", "destination": "",
    "planned_discharge": "", "last_ctr": "2025-07-01", "ctr_outcome": "3", "last_visit": "", "distance_km": "101.5",
}  # fmt: skip


def row(**cells: str) -> dict[str, str]:
    found = SAMPLE.filled()[0] | CODED
    assert not set(cells) - set(found)
    return found | cells


def csv_of(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def taken(tmp_path, settings, *rows: dict[str, str]):
    outcome = add(made(tmp_path / SAMPLE.file_name, csv_of(list(rows))), settings, provenance=SYNTHETIC)
    assert outcome.status == "archived", outcome.message
    return outcome, release_of(outcome, settings)


def test_codes_become_words_and_the_person_a_pseudonym_and_a_band(tmp_path, settings):
    _, release = taken(tmp_path, settings, row())
    (found,) = rows_of(bronze_of(release, settings))
    assert {name: found[name] for name in ("person", "age_band", "sex", "category", "admission_plan", "registered")} == {
        "person": NOBODY, "age_band": "18-24", "sex": "female", "category": "ld_and_autism", "admission_plan": "unplanned",
        "registered": "yes",
    }  # fmt: skip
    assert (found["ward_security"], found["care_plan"], found["distance_km"]) == ("picu", "delayed", Decimal("101.5"))
    assert (found["episode_start"], found["episode_end"]) == (date(2025, 6, 1), None)


def test_months_of_one_extract_are_staged_each_with_its_own_last_day(tmp_path, settings):
    _, release = taken(tmp_path, settings, row(), row(month="2025-10", age_band="2007-11-30"))
    found = staged("stg_lx_35_assuring_transformation", [release], settings)
    assert [(one["period_end"], one["age_band"], one["person_domain"]) for one in found] == [
        (date(2025, 11, 30), "18-24", "synthetic:none:"), (date(2025, 10, 31), "14-17", "synthetic:none:"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"category": "unheard-of"}, "category.allowed"), ({"delay_reasons": "Maud Okonkwo"}, "delay_reasons.pattern"),
        ({"delay_reasons": "Other;"}, "delay_reasons.pattern"), ({"plan_agreed_by": "patient"}, "plan_agreed_by.pattern"),
        ({"originating_icb": "15C"}, "originating_icb.pattern"), ({"distance_km": "-77.7"}, "distance_km.minimum"),
        ({"episode_start": ""}, "episode_start.required"), ({"ctr_outcome": "10"}, "ctr_outcome.allowed"),
        ({"s17_leave": ""}, "s17_leave.required"), ({"person": "12345"}, "person.type"),
    ],
)  # fmt: skip
def test_a_cell_that_breaks_the_contract_is_in_quarantine_and_not_shown(cells, rule, tmp_path, settings):
    outcome, _ = taken(tmp_path, settings, row(person=ANOTHER), row(**cells))
    (problem,) = outcome.problems
    assert f"{next(iter(cells))} is" in problem
    value = next(iter(cells.values()))
    assert not value or value not in problem.partition("expected:")[0]


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"episode_end": "2025-05-01", "destination": "other"}, "ends_after_start"),
        ({"episode_start": "2025-12-01"}, "open_in_its_month"),
        ({"episode_end": "2025-12-02", "destination": "other"}, "open_in_its_month"),
        ({"episode_end": "2025-10-31", "destination": "other"}, "open_in_its_month"),
        ({"planned_discharge": "1900-01-02"}, "no_stand_in_days"), ({"last_ctr": "1900-01-02"}, "no_stand_in_days"),
        ({"last_visit": "2025-12-01"}, "reviews_have_happened"), ({"destination": "family_home"}, "destination_at_the_end"),
        ({"delay_reasons": ""}, "delay_has_a_reason"), ({"care_plan": "2"}, "delay_has_a_reason"),
        ({"out_of_area_reasons": ""}, "out_of_area_has_a_reason"), ({"ctr_outcome": ""}, "reviews_have_an_outcome"),
    ],
)  # fmt: skip
def test_a_record_that_contradicts_itself_breaks_its_rule(cells, rule, tmp_path, settings):
    _, release = taken(tmp_path, settings, row(**cells))
    assert rule in failed_rules(release, settings)


def test_a_right_record_breaks_no_rule(tmp_path, settings):
    _, release = taken(tmp_path, settings, row())
    assert failed_rules(release, settings) == set()


def test_who_is_in_two_hospitals_or_gone_without_an_end_is_found(tmp_path, settings):
    elsewhere = row(episode_start="2025-06-02")
    gone = row(month="2025-10", person=ANOTHER)
    _, release = taken(tmp_path, settings, row(), elsewhere, gone)
    assert {"one_spell_at_month_end", "months_follow"} <= failed_rules(release, settings)
