"""The seeds of the four-step model are whole, and every list that a contract closes is the one that they hold.

Belongs here: what can be said of the seeds without the founding document. Does not belong here: its words and counts
(tests/real/test_four_step_model.py), what the marts make of a plan (unit tests beside the models).
"""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest

from pipeline.catalogue.load import catalogue
from pipeline.settings import DBT_PROJECT

DETERMINANTS = [
    "employment_skills", "research_development", "procurement", "estates", "population_health", "net_zero",
    "civic_leadership",
]  # fmt: skip
TIERS = ["region", "system", "place"]
KINDS_WITH_METRICS = ("target_intervention", "transformational_question")


def seed(name: str) -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


ITEMS = seed("four_step_model")
METRICS = seed("four_step_metric")


def of_kind(kind: str) -> list[dict[str, str]]:
    return [item for item in ITEMS if item["item_kind"] == kind]


def test_there_are_as_many_of_each_kind_as_the_model_has():
    assert Counter(item["item_kind"] for item in ITEMS) == {
        "determinant": 7, "indicator": 24, "transformational_question": 21, "partner": 14, "policy": 10,
        "funding_programme": 5, "checklist_question": 10, "target_intervention": 17,
    }  # fmt: skip


def test_every_item_is_named_once_numbered_from_1_and_cited():
    for kind in {item["item_kind"] for item in ITEMS}:
        items = of_kind(kind)
        assert [int(item["position"]) for item in items] == list(range(1, len(items) + 1))
        assert len({item["item_id"] for item in items}) == len({item["words"] for item in items}) == len(items)
    assert all(re.search(r"\(NHS Confederation, December 2022\), step [1-4], ", item["source"]) for item in ITEMS)
    assert all(item["words"] == item["words"].strip(" ,") for item in ITEMS)


def test_indicators_are_es_01_to_es_24_in_order_under_their_determinants():
    indicators = of_kind("indicator")
    assert [item["item_id"] for item in indicators] == [f"es_{number:02}" for number in range(1, 25)]
    under = Counter(item["belongs_to"] for item in indicators)
    assert [under[determinant] for determinant in DETERMINANTS] == [4, 4, 4, 3, 3, 3, 3]
    assert list(under) == DETERMINANTS


def test_each_determinant_has_three_questions_that_bear_its_name():
    questions = [(item["item_id"], item["belongs_to"]) for item in of_kind("transformational_question")]
    assert questions == [(f"{name}_{number}", name) for name in DETERMINANTS for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("kind", "counts"), [("partner", [4, 4, 6]), ("policy", [4, 4, 2]), ("funding_programme", [1, 1, 3])]
)
def test_each_tier_has_its_own_list(kind, counts):
    by_tier = Counter(item["belongs_to"] for item in of_kind(kind))
    assert list(by_tier) == TIERS
    assert [by_tier[tier] for tier in TIERS] == counts
    assert [item["item_id"] for item in of_kind(kind)] == [
        f"{tier}_{number}" for tier, count in zip(TIERS, counts, strict=True) for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("kind", KINDS_WITH_METRICS)
def test_everything_that_is_to_be_shown_has_a_metric_and_every_metric_a_reason(kind):
    shown = {line["item_id"] for line in METRICS if line["item_kind"] == kind}
    assert shown == {item["item_id"] for item in of_kind(kind)}
    assert {line["item_kind"] for line in METRICS} == set(KINDS_WITH_METRICS)
    assert all(len(line["why"]) >= 10 for line in METRICS)
    keys = [(line["item_kind"], line["item_id"], line["metric_id"]) for line in METRICS]
    assert len(set(keys)) == len(keys)


def test_every_indicator_and_context_metric_shows_something():
    known = {f"es_{number:02}" for number in range(1, 25)} | {f"context_{number:02}" for number in range(1, 14)}
    assert {line["metric_id"] for line in METRICS} == known


@pytest.mark.parametrize(
    ("kind", "dataset", "table", "column"),
    [
        ("determinant", "lx_26_plan", "priorities", "determinant"),
        ("transformational_question", "lx_26_plan", "priorities", "question_id"),
        ("target_intervention", "lx_26_plan", "programmes", "intervention"),
        ("determinant", "lx_27_anchors", "commitments", "determinant"),
        ("checklist_question", "lx_28_checklist", "answers", "question_id"),
    ],
)
def test_a_template_offers_exactly_what_the_model_has(kind, dataset, table, column):
    allowed = catalogue().contracts[dataset].table(table).column(column).allowed
    assert list(allowed) == [item["item_id"] for item in of_kind(kind)]


def test_every_metric_that_is_named_is_in_the_catalogue_and_every_indicator_has_its_first_definition():
    known = {metric.metric_id for metric in catalogue().metrics}
    assert {row["metric_id"] for row in METRICS} <= known
    first = {metric.metric_id: metric for metric in catalogue().metrics if metric.definition_version == 1}
    indicators = {item["item_id"]: item for item in of_kind("indicator")}
    assert set(indicators) <= set(first)
    assert {name: first[name].theme for name in indicators} == {
        name: item["belongs_to"] for name, item in indicators.items()
    }


def test_an_indicator_bears_the_name_that_the_document_prints():
    first = {metric.metric_id: metric.name for metric in catalogue().metrics if metric.definition_version == 1}
    assert {item["item_id"]: first[item["item_id"]] for item in of_kind("indicator")} == {
        item["item_id"]: item["words"] for item in of_kind("indicator")
    }
