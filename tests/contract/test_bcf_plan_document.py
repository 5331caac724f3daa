"""Proves that a plan that is a document is read right, and that each rule of it and of the marts of plans and money catches its bad case.

Belongs here: the contract of the documents, and the suites alone, on rows written down here. Does not belong here: what Thurrock's
plan says (tests/real/test_thurrock_plan.py), the suites of LX-32 to LX-34 (test_local_extracts.py).
"""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from judged import broken_rules, failed_rules
from published import add, added, bronze_of, made, quarantine_of, release_of, rows_of

from pipeline.catalogue.load import catalogue
from pipeline.errors import Refused
from pipeline.gate.suites import load_suite
from pipeline.ingest.identify import identify

NAME = "bcf_plan_document__mockmarch-2014__2014-02.csv"
TABLE = catalogue().contracts["bcf_plan_document"].table("statements")
HEADER = list(TABLE.layouts[0].columns)
ROW = {
    "statement_no": "1", "area": "E06999001", "area_name": "Mockmarch", "section": "metrics", "subject": "metric",
    "subject_id": "bcf_01", "subject_name": "Admissions", "definition_version": "1", "direction": "down", "role": "baseline",
    "period": "2012/13", "printed": "899", "value": "899", "numerator": "180", "denominator": "21090", "unit": "per 100,000",
    "quote": "Metric Value | 899", "note": "",
}  # fmt: skip


def document(*rows: dict[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**ROW, "statement_no": str(number), **row} for number, row in enumerate(rows, start=1))
    return text.getvalue().encode()


def test_a_statement_is_read_with_its_print_its_figure_and_its_parts(tmp_path, settings):
    release = added(
        made(tmp_path / NAME, document({}, {"printed": "£10,565,00", "value": "[x]"}, {"printed": "", "value": ""})),
        settings,
    )
    assert (release.table, release.part, release.period.slug) == ("statements", "mockmarch-2014", "2014-02")
    whole, unreadable, blank = rows_of(bronze_of(release, settings))
    assert (whole["value"], whole["value_status"], whole["numerator"]) == (Decimal("899"), "exact", Decimal("180"))
    assert (whole["period_start"], whole["period_end"]) == (date(2012, 4, 1), date(2013, 3, 31))
    assert (unreadable["printed"], unreadable["value"], unreadable["value_status"]) == (
        "£10,565,00",
        None,
        "not_available",
    )
    assert (blank["printed"], blank["value"], blank["value_status"]) == (None, None, "missing")


def test_a_document_that_is_right_breaks_no_rule(tmp_path, settings):
    risk = {
        "subject": "risk",
        "subject_id": "risk_01",
        "role": "impact",
        "printed": "3",
        "value": "3",
        "numerator": "",
        "denominator": "",
    }
    assert failed_rules(added(made(tmp_path / NAME, document({}, risk)), settings), settings) == set()


@pytest.mark.parametrize(
    ("rule", "cells"),
    [
        ("figure_or_words", {"printed": ""}),
        ("risk_scores_are_one_to_three", {"subject": "risk", "role": "impact", "value": "4"}),
        ("money_is_in_pounds", {"subject": "scheme", "role": "minimum", "value": "214", "unit": "GBP thousand"}),
        ("part_of_its_whole", {"unit": "percent", "value": "105", "numerator": "21", "denominator": "20"}),
    ],
)
def test_each_rule_catches_its_bad_case(tmp_path, settings, rule, cells):
    release = added(made(tmp_path / NAME, document(cells, {})), settings)
    assert failed_rules(release, settings) == {rule}


def test_every_rule_of_the_document_has_its_case_here():
    assert {one.rule_id.partition(".")[2] for one in load_suite("bcf_plan_document").rules} == {
        "figure_or_words", "risk_scores_are_one_to_three", "money_is_in_pounds", "part_of_its_whole",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("section", "annex"),
        ("role", "hope"),
        ("subject", "wish"),
        ("area", "Thurrock"),
        ("value", "about 5"),
        ("direction", "sideways"),
    ],
)
def test_a_statement_that_is_none_is_left_out_and_named(tmp_path, settings, column, cell):
    outcome = add(made(tmp_path / NAME, document({}, {column: cell})), settings)
    ((_, number, rules, _),) = quarantine_of(bronze_of(release_of(outcome, settings), settings))
    assert number == 2
    assert any(f".{column}." in rule for rule in rules)


def test_a_renamed_column_is_refused(tmp_path):
    path = made(tmp_path / NAME, document({}).replace(b"printed", b"as_printed", 1))
    with pytest.raises(Refused, match="as_printed"):
        identify(path, catalogue(), dataset="bcf_plan_document")


# --- the marts --------------------------------------------------------------------------------------------------------

FIGURE = (
    "select 'E1' as board_code, 'bcf_01' as metric, 'baseline' as role, {numerator} as numerator, {stated} as value_stated,"
    " {value} as value_recomputed, {lower} as lower_95, 2.0 as upper_95, '{status}' as value_status"
)
SHOWN = dict(numerator="5.0", stated="1.4", value="1.5", lower="1.0", status="exact")
ATTAINED = (
    "select 'E1' as board_code, 'bcf_01' as metric, {earned} as payment_earned_gbp, 10.0 as payment_gbp,"
    " {reached} as target_reached, '{word}' as attainment"
)
LINE = (
    "select 'E1' as board_code, date '2024-04-01' as period_start, 'return' as version, '{kind}' as line_type,"
    " '{line}' as line_id, {planned} as planned_gbp"
)
CHECK = "select 'c' as check_id, 'E1' as board_code, 's' as subject, {verdict} as verdict"
RISK = "select 'E1' as board_code, 'R' as risk_id, {score} as score"
PLACE = (
    "select 'QZ1' as icb_ods_code, 'P' as place_code, date '2024-04-01' as period_start, '{payer}' as payer, {spend} as spend_gbp,"
    " {people} as population"
)
SPEND = LINE.format(kind="expenditure", line="S", planned="10.0")
RIGHT = {
    "bcf_plan_figure": [
        FIGURE.format(**SHOWN),
        FIGURE.format(numerator="null", stated="null", value="null", lower="null", status="suppressed"),
    ],
    "bcf_attainment": [
        ATTAINED.format(earned="10.0", reached="true", word="reached"),
        ATTAINED.format(earned="null", reached="null", word="no_actual"),
    ],
    "bcf_pooled_fund": [SPEND, LINE.format(kind="benefit", line="S", planned="null")],
    "bcf_plan_check": [CHECK.format(verdict="'agrees'"), CHECK.format(verdict="'not_judged'")],
    "bcf_risk": [RISK.format(score=9)],
    "place_pound": [
        PLACE.format(payer="icb", spend=4, people=2),
        PLACE.format(payer="la", spend=5, people=2),
        PLACE.format(payer="all", spend=9, people=2),
    ],
}
WRONG = {
    "marts_bcf_plan_figure.value_within_its_limits": [FIGURE.format(**SHOWN | {"lower": "1.6"})],
    "marts_bcf_plan_figure.hidden_is_hidden": [FIGURE.format(**SHOWN | {"status": "suppressed"})],
    "marts_bcf_attainment.payment_within_what_is_set": [ATTAINED.format(earned="11.0", reached="true", word="reached")],
    "marts_bcf_attainment.attainment_follows": [ATTAINED.format(earned="10.0", reached="false", word="reached")],
    "marts_bcf_pooled_fund.line_has_an_amount": [LINE.format(kind="income", line="S", planned="null")],
    "marts_bcf_pooled_fund.scheme_of_a_benefit_is_known": [SPEND, LINE.format(kind="benefit", line="T", planned="null")],
    "marts_bcf_plan_check.plan_agrees_with_itself": [CHECK.format(verdict="'differs'")],
    "marts_bcf_plan_check.verdict_is_known": [CHECK.format(verdict="null::varchar")],
    "marts_bcf_risk.score_is_one_to_nine": [RISK.format(score=12)],
    "marts_place_pound.all_is_every_payer": [PLACE.format(payer="icb", spend=4, people=2), PLACE.format(payer="all", spend=9, people=2)],
    "marts_place_pound.place_has_people": [
        PLACE.format(payer=payer, spend=4, people="null") for payer in ("icb", "all")
    ],
}  # fmt: skip


def test_every_rule_of_these_marts_has_a_bad_case_here():
    assert {rule.rule_id for mart in RIGHT for rule in load_suite(f"marts_{mart}").rules} == set(WRONG)


@pytest.mark.parametrize("mart", RIGHT)
def test_what_is_right_breaks_nothing(mart):
    assert broken_rules(" union all ".join(RIGHT[mart]), load_suite(f"marts_{mart}").rules) == set()


@pytest.mark.parametrize("rule_id", WRONG)
def test_each_rule_of_a_mart_catches_its_bad_case_alone(rule_id):
    assert broken_rules(" union all ".join(WRONG[rule_id]), load_suite(rule_id.partition(".")[0]).rules) == {rule_id}
