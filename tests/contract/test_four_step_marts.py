"""Each rule of the suites of a plan's marts passes what is right and catches its bad row.

Belongs here: the suites alone, on rows written down here. Does not belong here: what the marts make of extracts (unit tests
beside the models), the suites of the extracts (test_local_extracts.py).
"""

from __future__ import annotations

import pytest
from judged import broken_rules

from pipeline.gate.suites import load_suite

QUESTIONS = [
    f"select 'QZ1' as icb_ods_code, 'P' as programme_id, 'checklist_{n:02}' as question_id" for n in range(1, 11)
]
AIM = "select 'QZ1' as icb_ods_code, 'P' as programme_id, '{metric}.v1' as metric_key, 'QZ1' as area_code_published, {rest}"
KNOWN_AIM = "'ours' as priority, 'E54999001' as area_code, 0 as comparison_areas_unknown, {pounds} as funding_gbp"
ONE_AIM = AIM.format(metric="es_01", rest=KNOWN_AIM.format(pounds="10.0"))
VIEW = (
    "select 'QZ1' as icb_ods_code, date '2025-09-30' as as_at, 'A' as partner_id, 'trust' as dimension, "
    "{answers} as answers, {total} as score_sum, {mean} as mean_score, '{status}' as value_status"
)
HIDDEN = dict(answers="null::bigint", total="null::decimal(18, 4)", mean="null::double", status="suppressed")
POINT = "select 'QZ1' as icb_ods_code, 'anchor' as kind, 'PT' as point_id, {subject}::varchar as subject_name"
COMMITMENT = (
    "select 'QZ1' as icb_ods_code, 'A' as anchor_id, 'estates' as determinant_id, 1 as commitment_no, "
    "{name}::varchar as organisation_name"
)

# By mart: rows that break nothing.
RIGHT = {
    "priority": ["select 'QZ1' as icb_ods_code, 'X' as priority_id, 'it moves' as proposition"],
    "programme_of_work": [ONE_AIM, AIM.format(metric="es_02", rest=KNOWN_AIM.format(pounds="null"))],
    "programme_checklist": QUESTIONS,
    "anchor": ["select 'QZ1' as icb_ods_code, 'A' as anchor_id, 1 as commitments"],
    "anchor_commitment": [COMMITMENT.format(name="'A council'")],
    "partner_view": [VIEW.format(answers=5, total=20.0, mean=4.0, status="exact"), VIEW.format(**HIDDEN)],
    "map_point": [POINT.format(subject="'a programme'")],
}
# By rule: the rows, beside none other, that it must catch.
WRONG = {
    "marts_priority.has_a_proposition": [
        "select 'QZ1' as icb_ods_code, 'X' as priority_id, null::varchar as proposition"
    ],
    "marts_programme_of_work.serves_a_known_priority": [ONE_AIM.replace("'ours' as", "null as")],
    "marts_programme_of_work.area_is_known": [ONE_AIM.replace("'E54999001' as", "null as")],
    "marts_programme_of_work.comparison_areas_are_known": [ONE_AIM.replace("0 as comparison", "1 as comparison")],
    "marts_programme_of_work.money_is_of_one_row": [
        ONE_AIM, AIM.format(metric="es_02", rest=KNOWN_AIM.format(pounds="10.0"))
    ],
    "marts_programme_checklist.ten_questions": QUESTIONS[:9],
    "marts_anchor.has_a_commitment": ["select 'QZ1' as icb_ods_code, 'A' as anchor_id, 0 as commitments"],
    "marts_anchor_commitment.is_of_a_known_anchor": [COMMITMENT.format(name="null")],
    "marts_partner_view.few_are_hidden": [VIEW.format(answers=4, total=16.0, mean=4.0, status="exact")],
    "marts_map_point.is_of_something_known": [POINT.format(subject="null")],
}  # fmt: skip


def union(rows: list[str]) -> str:
    return " union all ".join(rows)


def test_every_rule_of_these_marts_has_a_bad_case_here():
    assert {rule.rule_id for mart in RIGHT for rule in load_suite(f"marts_{mart}").rules} == set(WRONG)


@pytest.mark.parametrize("mart", RIGHT)
def test_what_is_right_breaks_nothing(mart):
    assert broken_rules(union(RIGHT[mart]), load_suite(f"marts_{mart}").rules) == set()


@pytest.mark.parametrize("rule_id", WRONG)
def test_each_rule_catches_its_bad_case_alone(rule_id):
    suite = rule_id.partition(".")[0]
    assert broken_rules(union(WRONG[rule_id]), load_suite(suite).rules) == {rule_id}


def test_a_hidden_mean_that_is_shown_all_the_same_is_caught():
    shown = VIEW.format(**HIDDEN | {"mean": "4.0"})
    assert broken_rules(shown, load_suite("marts_partner_view").rules) == {"marts_partner_view.few_are_hidden"}
