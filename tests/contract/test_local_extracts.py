"""Proves of local extracts: its sample and its filled-in templates read clean, and each of its rules catches a bad case.

Belongs here: what all extracts share that have no file of tests of their own. Does not belong here: how problems are worded
(tests/unit/test_submission.py), what a template looks like (tests/unit/test_template.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from judged import broken_rules
from published import added, quarantine_of, rows_of
from written import read_of

from pipeline.catalogue.contract import Column, Table
from pipeline.catalogue.load import catalogue
from pipeline.errors import Refused
from pipeline.gate.suites import Rule, load_suite
from pipeline.ingest import archive
from pipeline.ingest.archive import Provenance
from pipeline.ingest.identify import NotClaimed, identify
from pipeline.ingest.read import Bronze, cell_rules
from pipeline.sample import bcf_extracts, extracts, local_extracts
from pipeline.sample.files import csv_text, write_text
from pipeline.sample.local_extracts import Extract
from pipeline.settings import PROJECT_ROOT
from pipeline.submission import template

SYNTHETIC = Provenance(origin="synthetic")
EXTRACTS = (*local_extracts.EXTRACTS, *bcf_extracts.EXTRACTS)


@cache
def known_totals() -> dict[str, int]:
    return {f"{one.dataset}/{one.table}/{one.period}": len(one.filled()) for one in EXTRACTS}


COMMON = ("extract_id", "submitting_org_ods", "icb_ods", "supplied_at", "version", "data_status")

BLANK_LINE = dict.fromkeys(
    ("group", "mode", "trips", "miles", "vehicle_count", "fuel", "ownership", "scope", "tco2e", "factor_year"), ""
)
# By rule of a suite: the cells by which a right row becomes one that the rule must catch.
BAD_ROWS: dict[str, dict[str, str]] = {
    "lx_01_staff_residence.lsoa_needs_a_valid_postcode": dict(postcode_valid="no", home_lsoa21="E01999001"),
    "lx_01_staff_residence.address_has_its_lsoa": dict(uprn_hash="0" * 64, home_lsoa21=""),
    "lx_02_apprenticeships.start_within_the_year": dict(start_date="2023-06-01"),
    "lx_02_apprenticeships.ends_after_it_starts": dict(end_date="2024-04-01", start_date="2024-09-02", outcome="completed"),
    "lx_02_apprenticeships.over_has_its_day": dict(outcome="withdrawn", end_date=""),
    "lx_02_apprenticeships.apprenticeship_has_its_standard": dict(scheme="apprenticeship", standard_code=""),
    "lx_03_industry_support.support_within_the_year": dict(support_date="2023-05-02"),
    "lx_03_industry_support.incorporated_before_support": dict(incorporated="2024-11-30", support_type="grant"),
    "lx_04_rates_and_tax.property_or_tax": dict(paye_ni_gbp="1200000.00"),
    "lx_04_rates_and_tax.property_has_its_rates": dict(rates_paid_gbp=""),
    "lx_04_rates_and_tax.rates_below_rateable_value": dict(rates_paid_gbp="9999999.00"),
    "lx_05_trust_spend.payment_within_the_month": dict(payment_date="2025-09-30"),
    "lx_05_trust_spend.reason_where_not_influenceable": dict(influenceable="no", exclusion_reason="none"),
    "lx_05_trust_spend.no_reason_where_influenceable": dict(influenceable="yes", exclusion_reason="pfi"),
    "lx_05_trust_spend.no_address_of_a_person": dict(supplier_type="individual", supplier_postcode_sector="XZ1 1"),
    "lx_05_trust_spend.flags_stand_once": dict(owner_flags="women;women"),
    "lx_06_social_value.awarded_by_the_end_of_the_year": dict(award_date="2026-01-15"),
    "lx_06_social_value.delivered_is_plausible": dict(delivered_gbp="900000.00", committed_gbp="100.00"),
    "lx_06_social_value.contract_has_one_value": dict(theme="another theme", contract_value_gbp="7.00"),
    "lx_07_estate_use.period_is_a_quarter": dict(period="2024-10/2025-12"),
    "lx_07_estate_use.used_hours_within_available_hours": dict(used_hours="700", available_hours="600"),
    "lx_07_estate_use.site_or_room": dict(room_id="R1", gia_m2="120.5", available_hours="600", used_hours="10"),
    "lx_07_estate_use.value_has_its_day": dict(book_value_gbp="50000.00", valuation_date=""),
    "lx_08_footfall.hour_within_the_month": dict(hour_start="2025-11-31T09:00"),
    "lx_08_footfall.people_within_movements": dict(people_est="500", movements="400"),
    "lx_08_footfall.small_counts_are_marked": dict(people_est="3"),
    "lx_09_procedures_working_age.small_counts_are_marked": dict(spells="6"),
    "lx_09_procedures_working_age.lsoa_has_one_decile": dict(opcs_chapter="V", imd_decile="9"),
    "lx_10_prevention_services.period_is_a_quarter": dict(period="2024-10/2025-12"),
    "lx_10_prevention_services.completed_within_started": dict(completed="500", started="40"),
    "lx_10_prevention_services.outcome_4w_within_started": dict(outcome_4w="500", started="40"),
    "lx_10_prevention_services.outcome_verified_within_outcome_4w": dict(outcome_verified="500", outcome_4w="40"),
    "lx_10_prevention_services.area_or_lsoa": dict(lsoa21="E01999099"),
    "lx_11_employment_support.period_is_a_quarter": dict(period="2024-10/2025-12"),
    "lx_11_employment_support.referral_within_the_quarter": dict(referral_month="2025-06"),
    "lx_11_employment_support.job_starts_within_started": dict(job_starts="500", started="40"),
    "lx_11_employment_support.sustained_13w_within_job_starts": dict(sustained_13w="500", job_starts="40"),
    "lx_11_employment_support.sustained_26w_within_sustained_13w": dict(sustained_26w="500", sustained_13w="40"),
    "lx_12_travel_and_carbon.journeys_are_whole": BLANK_LINE | dict(line_type="journeys", mode="walk", trips="5"),
    "lx_12_travel_and_carbon.fleet_is_whole": BLANK_LINE | dict(line_type="fleet", fuel="bev", ownership="owned"),
    "lx_12_travel_and_carbon.carbon_is_whole": BLANK_LINE | dict(line_type="carbon", scope="2", tco2e="12.5"),
    "lx_12_travel_and_carbon.factors_are_of_the_year": BLANK_LINE | dict(line_type="carbon", scope="3", tco2e="12.5", factor_year="2015"),
    "lx_13_volunteers_mentoring.period_is_a_quarter": dict(period="2024-10/2025-12"),
    "lx_13_volunteers_mentoring.role_within_the_quarter": dict(end_date="2025-01-31", start_date="2025-01-06"),
    "lx_13_volunteers_mentoring.ends_after_it_starts": dict(end_date="2025-07-01", start_date="2025-08-01"),
    "lx_13_volunteers_mentoring.staff_volunteer_gave_hours": dict(role_type="staff_volunteer", hours="0"),
    "lx_14_engagement.period_is_a_quarter": dict(period="2024-10/2025-12"),
    "lx_14_engagement.participated_within_invited": dict(participated="900", invited="40"),
    "lx_14_engagement.one_way_cut": dict(age_band="25-34", ethnicity5="white"),
    "lx_15_risk_and_linkage.high_risk_within_adults_registered": dict(high_risk="99999", adults_registered="400"),
    "lx_15_risk_and_linkage.with_joint_plan_within_high_risk": dict(with_joint_plan="9999", high_risk="40"),
    "lx_15_risk_and_linkage.with_accountable_professional_within_high_risk": dict(with_accountable_professional="9999", high_risk="40"),
    "lx_15_risk_and_linkage.records_nhsno_verified_within_records_total": dict(records_nhsno_verified="99999", records_total="40"),
    "lx_15_risk_and_linkage.packages_telecare_within_packages_total": dict(packages_telecare="9999", packages_total="40"),
    "lx_15_risk_and_linkage.threshold_is_the_same": dict(practice_code="Z99999", threshold="0.9"),
    "lx_16_place_pound.pooled_names_its_agreement": dict(pooled="yes", s75_agreement_id=""),
    "lx_16_place_pound.agreement_is_pooled": dict(pooled="no", s75_agreement_id="S75-1"),
    "lx_17_ctr.refused_has_code_8": dict(review_status="refused", outcome_code="4"),
    "lx_17_ctr.held_answers_the_questions": dict(review_status="held", outcome_code="4", safe=""),
    "lx_17_ctr.review_within_the_month": dict(ctr_date="2025-10-15"),
    "lx_17_ctr.review_in_hospital_has_its_admission": dict(ctr_type="post_admission", admission_date="", admission_plan=""),
    "lx_17_ctr.ward_is_named": dict(admission_date="2025-01-05", ward_security=""),
    "lx_17_ctr.education_is_for_the_young": dict(ctr_type="inpatient", age_group="u18", admission_date="2025-01-05"),
    "lx_17_ctr.done_after_the_review": dict(done_date="2025-01-02"),
    "lx_18_dynamic_support_register.ehcp_within_people": dict(ehcp="900", people="40"),
    "lx_18_dynamic_support_register.keyworker_within_people": dict(keyworker="900", people="40"),
    "lx_18_dynamic_support_register.ctr_in_6m_within_people": dict(ctr_in_6m="900", people="40"),
    "lx_18_dynamic_support_register.added_within_people": dict(added="900", people="40"),
    "lx_18_dynamic_support_register.admitted_are_blue": dict(admitted="9", risk="green", people="50"),
    "lx_18_dynamic_support_register.consent_all_or_told_apart": dict(consent="given"),
    "lx_19_brs_programme.period_is_a_quarter": dict(period="2024-10/2025-12"),
    "lx_19_brs_programme.unit_fits_the_measure": dict(measure="dwellings", unit="gbp"),
    "lx_19_brs_programme.counts_are_whole": dict(measure="dwellings", unit="count", value="2.5"),
    "lx_20_workforce_development.active_within_people": dict(active="900", people="40"),
    "lx_20_workforce_development.whole_or_by_network": dict(pcn_code="U99999"),
    "lx_21_self_referral.self_referrals_within_referrals": dict(self_referrals="900", referrals="40"),
    "lx_21_self_referral.open_since_a_day": dict(self_referral_open="yes", opened=""),
    "lx_21_self_referral.opened_by_the_end_of_the_month": dict(self_referral_open="yes", opened="2026-03-01"),
    "lx_21_self_referral.closed_has_no_self_referrals": dict(self_referral_open="no", opened="", self_referrals="7", referrals="50"),
    "lx_26_plan.priority_answers_something": dict(determinant="", question_id=""),
    "lx_26_plan.question_is_of_its_determinant": dict(determinant="net_zero", question_id="estates_2"),
    "lx_26_plan.programme_is_one": dict(metric_id="es_01", status="stopped"),
    "lx_26_plan.funding_stands_once": dict(metric_id="es_01"),
    "lx_26_plan.funding_has_its_source": dict(programme_id="PG-9", funding_source="", funding_gbp="10.00"),
    "lx_26_plan.baseline_has_its_period": dict(metric_id="es_01", baseline_period=""),
    "lx_26_plan.baseline_before_target": dict(metric_id="es_01", baseline_period="2026/27"),
    "lx_26_plan.target_lies_ahead": dict(metric_id="es_01", direction="down"),
    "lx_26_plan.target_after_start": dict(metric_id="es_01", baseline_period="2022/23", target_date="2023-12-31"),
    "lx_26_plan.ends_after_it_starts": dict(programme_id="PG-9", end_date="2024-01-31"),
    "lx_26_plan.compared_with_others": dict(metric_id="es_01", comparison_areas="QZ2;E10999001"),
    "lx_27_anchors.metric_has_its_version": dict(commitment_no="2", definition_version=""),
    "lx_27_anchors.target_has_its_metric": dict(commitment_no="2", metric_id="", definition_version="", target_value="4"),
    "lx_27_anchors.public_body_has_its_code": dict(anchor_id="AN-9", organisation_type="council", organisation_code=""),
    "lx_28_checklist.answered_by_the_day": dict(programme_id="PG-9", answered_on="2025-10-01"),
    "lx_28_checklist.yes_has_its_evidence": dict(programme_id="PG-9", answer="yes", evidence_reference=""),
    "lx_29_partner_views.answered_by_the_day": dict(answer_no="99", answered_on="2025-10-01"),
    "lx_29_partner_views.partner_has_one_name": dict(answer_no="99", partner_name="another name"),
    "lx_30_points.point_is_of_one": dict(point_id="PT-9", anchor_id="AN-1"),
    "lx_31_bcf_indicators.period_is_a_quarter": dict(period="2024-10/2025-12"),
    "lx_31_bcf_indicators.version_is_supplied_here": dict(definition_version="9"),
    "lx_31_bcf_indicators.figure_ends_in_the_quarter": dict(figure_period="2025-06"),
    "lx_31_bcf_indicators.part_within_whole": dict(metric_id="bcf_13", numerator="40", denominator="30"),
    "lx_31_bcf_indicators.both_parts_or_a_value": dict(metric_id="bcf_13", denominator=""),
    "lx_31_bcf_indicators.value_within_its_limits": dict(metric_id="bcf_11", value="180.5", lower_95="190.0"),
    "lx_31_bcf_indicators.organisations_only_for_delays": dict(area_code="RZ1"),
    "lx_32_bcf_plan.catalogue_metric_has_its_version": dict(of_period="2022/23", definition_version=""),
    "lx_32_bcf_plan.figure_or_parts": dict(of_period="2022/23", numerator="", denominator="", value_stated=""),
    "lx_32_bcf_plan.part_of_its_whole": dict(of_period="2022/23", unit="percent", numerator="9", denominator="8", value_stated=""),
    "lx_32_bcf_plan.value_is_its_parts": dict(of_period="2022/23", value_stated="899"),
    "lx_32_bcf_plan.payment_is_whole": dict(of_period="2022/23", payment_gbp="10.00"),
    "lx_33_bcf_finance.social_care_within_the_source": dict(contributor_code="X9Z", required_gbp="10.00"),
    "lx_33_bcf_finance.board_has_its_minimum": dict(hwb_code="E10999009", required_gbp="", required_social_care_gbp=""),
    "lx_33_bcf_finance.actual_has_its_day": dict(scheme_id="S-99", actual_to=""),
    "lx_33_bcf_finance.actual_within_the_year": dict(scheme_id="S-99", actual_to="2025-06-30"),
    "lx_33_bcf_finance.minimum_below_maximum": dict(scheme_id="S-99", minimum_gbp="2.00", maximum_gbp="1.00"),
    "lx_33_bcf_finance.small_outputs_are_marked": dict(scheme_id="S-99", output_actual="3"),
    "lx_33_bcf_finance.saving_has_its_amount": dict(benefit_no="9", savings_planned_gbp="", savings_at_risk_gbp=""),
    "lx_33_bcf_finance.risk_within_the_saving": dict(benefit_no="9", savings_at_risk_gbp="9999999.00"),
    "lx_34_bcf_risk.open_has_its_mitigation": dict(risk_id="R-99", mitigation=""),
    "lx_34_bcf_risk.open_has_its_owner": dict(risk_id="R-99", owner_role=""),
    "lx_37_places.place_is_of_its_system": dict(place_code="local:qz2:elsewhere"),
    "lx_37_places.place_is_one_thing": dict(member_code="U99999", place_name="another name"),
    "lx_37_places.role_fits_the_model": dict(place_code="local:qz1:new", role="hub"),
    "lx_37_places.membership_ends_after_it_begins": dict(place_code="local:qz1:new", member_code="U99999", valid_to="2018-01-01"),
    "lx_37_places.place_is_not_its_own_member": dict(place_code="local:qz1:new", member_code="local:qz1:new"),
    "lx_37_places.a_member_stands_once_a_day": dict(valid_from="2024-04-01"),
    "lx_37_places.nested_places_share_no_member": dict(place_code="local:qz1:new"),
    "lx_37_places.share_is_above_nothing": dict(place_code="local:qz1:new", member_code="U99999", share="0"),
    "lx_37_places.shares_of_a_member_fit_in_it": dict(place_code="local:qz1:new", share="0.4"),
}  # fmt: skip

# By rule: the cells of every row, where only the whole file can break it.
BAD_FILES: dict[str, dict[str, str]] = {
    "lx_01_staff_residence.addresses_are_mostly_known": dict(home_lsoa21="", uprn_hash=""),
    "lx_05_trust_spend.place_is_mostly_known": dict(supplier_postcode_sector="", supplier_lsoa21=""),
}  # fmt: skip


def of_extract(one: Extract) -> str:
    return f"{one.dataset}-{one.table}"


# Of a table with extracts of several periods the first is the newest, which templates quote.
NEWEST = tuple({of_extract(one): one for one in reversed(EXTRACTS)}.values())[::-1]
each = pytest.mark.parametrize("one", NEWEST, ids=of_extract)


def table_of(one: Extract) -> Table:
    return catalogue().contracts[one.dataset].table(one.table)


def file_of(folder: Path, one: Extract, rows: list[dict[str, str]]) -> Path:
    header = list(table_of(one).layouts[0].columns)
    lines = [header, *([row[name] for name in header] for row in rows)]
    return write_text(folder / one.file_name, csv_text(lines, "\r\n"))


def read(path: Path, one: Extract, folder: Path) -> Bronze:
    found = identify(path, catalogue(), dataset=one.dataset)
    assert not isinstance(found, NotClaimed)
    (mine,) = [each_ for each_ in found if each_.table.name == one.table]
    assert mine.contract.dataset == one.dataset
    return read_of(path, mine, folder)


def broken(bronze: Bronze, rules: Iterable[Rule], rows: str = "true") -> set[str]:
    """The rules of a suite that the rows of a bronze break, those alone that SQL `rows` names."""
    return broken_rules(f"select * from ({bronze.select()}) where {rows}", rules)


def rules_of(one: Extract) -> tuple[Rule, ...]:
    return load_suite(one.dataset).for_table(one.table)


# --- the contracts ----------------------------------------------------------------------------------------------------


def test_every_extract_has_a_contract_and_a_sample():
    # test_person_extracts.py, test_lx_35_assuring_transformation.py, test_lx_36_neighbourhood_outcomes.py
    tested_apart = {*range(22, 26), 35, 36}
    contracts = [
        name for name in catalogue().contracts if re.match(r"lx_[0-9]{2}_", name) and int(name[3:5]) not in tested_apart
    ]
    assert [name[3:5] for name in contracts] == [
        f"{number:02}" for number in range(1, 38) if number not in tested_apart
    ]
    tables = {(name, table.name) for name in contracts for table in catalogue().contracts[name].tables}
    assert {(one.dataset, one.table) for one in EXTRACTS} == tables


@each
def test_an_extract_says_what_it_feeds_and_has_the_columns_that_all_have(one):
    contract, table = catalogue().contracts[one.dataset], table_of(one)
    assert contract.title.startswith(one.dataset[:5].upper().replace("_", "-"))
    assert re.search(r"Feeds ((es|bcf|brs|pc)_|marts[.])", " ".join(contract.description.split()))
    assert set(COMMON) <= {column.name for column in table.columns}
    assert table.column(table.period.content_column).single
    assert [layout.format for layout in table.layouts] == ["csv", "xlsx"]


def test_the_page_for_submitters_names_every_extract_its_period_and_what_it_feeds():
    page = (PROJECT_ROOT / "docs" / "how-to" / "submit-an-extract.md").read_text("utf-8")
    rows = {
        cells[2]: cells for line in page.splitlines() if len(cells := [one.strip() for one in line.split("|")]) == 8
    }
    for one in EXTRACTS:
        contract, table = catalogue().contracts[one.dataset], table_of(one)
        _, number, _, title, period, feeds, people, _ = rows[f"`{one.dataset}`"]
        assert contract.title == f"{number} {title}"
        assert period == {"snapshot": "day"}.get(table.period.type, table.period.type.replace("_", " "))
        assert people == ("people" if contract.person_level else "")
        said = " ".join(contract.description.split()).partition("Feeds ")[2]
        assert feeds
        assert all(metric in said for metric in feeds.replace(" to ", ", ").split(", "))


def test_every_rule_of_a_suite_has_a_bad_case_here():
    rules = {rule.rule_id for one in EXTRACTS for rule in rules_of(one)}
    assert rules == {*BAD_ROWS, *BAD_FILES}


# --- the sample -------------------------------------------------------------------------------------------------------


def test_the_sample_is_the_same_every_time_and_another_seed_gives_other_figures(tmp_path):
    first, again, other = (
        extracts.write_extracts(tmp_path / name, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert [path.name for path in first] == [path.name for path in other]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert (
        sum(path.read_bytes() != twin.read_bytes() for path, twin in zip(first, other, strict=True)) > len(first) // 2
    )


@each
def test_no_code_of_the_sample_is_a_real_places_or_organisations(one):
    for name, cell in (pair for row in one.filled() for pair in row.items()):
        assert not re.fullmatch(r"[EW][0-9]{8}", cell) or cell[3:6] == "999", cell
        assert not re.fullmatch(r"R[A-Z0-9]{2}", cell) or cell.startswith("RZ"), cell
        assert not re.fullmatch(r"Q[A-Z0-9]{2}", cell) or cell.startswith("QZ"), cell
        assert name not in ("company_number", "charity_number", "voa_uarn") or cell[:2] in ("", "99"), cell


# --- what is right reads clean ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", EXTRACTS, ids=of_extract)
def test_the_sample_is_taken_in_whole_and_breaks_no_rule(one, tmp_path, settings):
    release = added(local_extracts.write_extract(tmp_path, one), settings, provenance=SYNTHETIC)
    assert (release.dataset, release.table, release.part) == (one.dataset, one.table, one.submitter.lower())
    assert release.period_from == "content"
    bronze = archive.bronze_of(release, settings, catalogue())
    assert bronze.report.duplicate_keys == 0
    assert bronze.report.rows_clean == len(one.filled()) == known_totals()[f"{one.dataset}/{one.table}/{one.period}"]
    assert broken(bronze, rules_of(one)) == set()


@each
def test_a_template_filled_with_the_sample_reads_the_same_as_csv_and_as_workbook(one, tmp_path):
    *texts, book = template.write(catalogue().contracts[one.dataset], tmp_path, example=True)
    text = next(path for path in texts if one.stem in path.name) if one.stem else texts[0]
    of_csv, of_xlsx = read(text, one, tmp_path), read(book, one, tmp_path)
    assert of_csv.report.rows_quarantined == of_xlsx.report.rows_quarantined == 0
    left, right = ([row | {"member": ""} for row in rows_of(bronze)] for bronze in (of_csv, of_xlsx))
    assert left == right
    assert len(left) == len(one.filled())


# --- what is wrong is found ---------------------------------------------------------------------------------------------


def bad_cell(column: Column, rule: str) -> str:
    """A cell that breaks a rule of a column's contract."""
    if rule == "type":
        return {"month": "2025", "date": "30/11/2025", "period": "last year"}.get(column.type, "about 5")
    return {
        "required": "", "readable": "a\u200bb", "allowed": "no-such-code", "pattern": "2025" if column.type == "period" else "~",
        "minimum": f"{(column.minimum or 0) - 1:.0f}", "maximum": f"{(column.maximum or 0) + 1:.0f}",
    }[rule]  # fmt: skip


def bad_cells(one: Extract) -> Iterator[tuple[str, dict[str, str]]]:
    """(rule, row) for every rule of every cell of an extract."""
    table, right = table_of(one), one.filled()[0]
    published = {kept: cell for cell, kept in table.layouts[0].columns.items()}
    for column in table.columns:
        for rule in cell_rules(f"{one.dataset}.{one.table}", column, dict(table.markers)):
            kind = rule.rule_id.rpartition(".")[2]
            yield rule.rule_id, right | {published[column.name]: bad_cell(column, kind)}


@each
def test_each_rule_of_a_cell_leaves_the_row_out_and_names_itself(one, tmp_path):
    cases = list(bad_cells(one))
    right = one.filled()
    bronze = read(file_of(tmp_path, one, right + [row for _, row in cases]), one, tmp_path)
    quarantined = {number: rules for _, number, rules, _ in quarantine_of(bronze)}
    assert set(quarantined) == set(range(len(right) + 1, len(right) + len(cases) + 1))
    for number, (rule, row) in enumerate(cases, start=len(right) + 1):
        assert rule in quarantined[number], (rule, row)


@each
def test_each_rule_of_the_suite_catches_its_bad_case_and_no_other_row(one, tmp_path):
    rules, right = rules_of(one), one.filled()
    of_rows = [rule for rule in rules if rule.rule_id in BAD_ROWS]
    bad = [right[0] | BAD_ROWS[rule.rule_id] for rule in of_rows]
    bronze = read(file_of(tmp_path, one, right + bad), one, tmp_path)
    assert bronze.report.rows_quarantined == 0
    for number, rule in enumerate(of_rows, start=len(right) + 1):
        rows = f"source_row <= {len(right)} or source_row = {number}"
        assert broken(bronze, [rule], rows) == {rule.rule_id}
    for rule in (rule for rule in rules if rule.rule_id in BAD_FILES):
        whole = [row | BAD_FILES[rule.rule_id] for row in right]
        assert broken(read(file_of(tmp_path, one, whole), one, tmp_path), [rule]) == {rule.rule_id}


@each
def test_a_key_that_stands_twice_is_found(one, tmp_path):
    rows = one.filled()
    assert read(file_of(tmp_path, one, [*rows, rows[0]]), one, tmp_path).report.duplicate_keys == 1


@each
def test_a_renamed_column_is_refused_with_its_nearest_name(one, tmp_path):
    rows = one.filled()
    path = file_of(tmp_path, one, rows)
    path.write_text(path.read_text("utf-8").replace("data_status", "status_of_data", 1), "utf-8")
    with pytest.raises(Refused, match=r"column 'status_of_data' is unknown.*'data_status'"):
        identify(path, catalogue(), dataset=one.dataset)


def test_a_name_that_does_not_say_who_submits_is_refused(tmp_path, settings):
    one = local_extracts.extract("lx_05_trust_spend")
    path = local_extracts.write_extract(tmp_path, one)
    path = path.rename(path.with_name("lx_05_trust_spend__template.csv"))
    (outcome,) = archive.add([path], settings, catalogue(), provenance=SYNTHETIC)
    assert outcome.status == "refused"
    assert "its name does not say whose part it is" in outcome.message


@pytest.mark.parametrize(("dataset", "period"), [
    ("lx_05_trust_spend", "2025-11"), ("lx_07_estate_use", "2025-07_2025-09"), ("lx_03_industry_support", "2024-25"),
    ("lx_20_workforce_development", "2025-09-30"),
])  # fmt: skip
def test_the_period_is_what_the_rows_say(dataset, period, tmp_path, settings):
    path = local_extracts.write_extract(tmp_path, local_extracts.extract(dataset))
    path = path.rename(path.with_name(f"{dataset}__abc.csv"))
    assert added(path, settings, provenance=SYNTHETIC).period.slug == period


@pytest.mark.parametrize("month", ["2025-11", "Nov-25", "2025-11-01"])
def test_a_month_may_stand_as_a_spreadsheet_changes_it(month, tmp_path):
    one = local_extracts.extract("lx_05_trust_spend")
    rows = [row | {"period": month} for row in one.filled()]
    report = read(file_of(tmp_path, one, rows), one, tmp_path).report
    assert (report.rows_quarantined, report.latest_period) == (0, "2025-11-01")


def test_truth_values_of_a_spreadsheet_are_yes_and_no(tmp_path):
    one = local_extracts.extract("lx_21_self_referral")
    words = {"yes": "TRUE", "no": "False"}
    rows = [row | {"self_referral_open": words[row["self_referral_open"]]} for row in one.filled()]
    bronze = read(file_of(tmp_path, one, rows), one, tmp_path)
    assert {row["self_referral_open"] for row in rows_of(bronze)} == {"yes", "no"}


def test_a_suppressed_count_is_neither_zero_nor_missing(tmp_path):
    one = local_extracts.extract("lx_18_dynamic_support_register")
    rows = rows_of(read(file_of(tmp_path, one, one.filled()), one, tmp_path))
    by_status = {
        status: {row["people"] for row in rows if row["people_status"] == status} for status in ("exact", "suppressed")
    }
    assert by_status["suppressed"] == {None}
    assert None not in by_status["exact"]
    assert {row["ehcp_status"] for row in rows if row["age_group"] == "26+"} == {"not_applicable"}
