"""The plan of the fictional ICS goes the whole way: what a reader of the edition asks of the four steps, and gets.

Belongs here: one query for each step over the edition of the sample. Does not belong here: cases that the sample does not have
(unit tests beside the models).
"""

from __future__ import annotations

import pytest

from pipeline.publish.current import open_part
from pipeline.sample.local_extracts import ANCHORS, extract


@pytest.fixture(scope="module")
def edition(sample_run):
    _, outcome = sample_run
    con = open_part(outcome.folder)
    yield lambda query: con.execute(query).fetchall()
    con.close()


def test_a_programme_joins_the_values_of_the_metric_that_it_aims_at(edition):
    """By metric_key, area_code and the days of its baseline; and so do the areas that it is compared with."""
    found = edition("""
        select programmes.programme_id, programmes.baseline_value, measured.value, count(distinct compared.area_code)
        from marts.programme_of_work as programmes
        join marts.metric_value as measured
            on measured.metric_key = programmes.metric_key and measured.area_code = programmes.area_code
            and measured.period_start = programmes.baseline_period_start
            and measured.period_end = programmes.baseline_period_end and measured.breakdown_type = 'none'
        join marts.metric_value as compared
            on compared.metric_key = programmes.metric_key
            and list_contains(string_split(programmes.comparison_areas, ' '), compared.area_code)
            and compared.period_start = measured.period_start and compared.period_end = measured.period_end
        group by all
    """)
    # A plan rounds the baseline that it states.
    assert {programme: areas for programme, _, _, areas in found} == {"PG-1": 1, "PG-4": 2, "PG-2": 1}
    assert all(abs(float(stated) - measured) <= 0.05 for _, stated, measured, _ in found)


def test_the_money_of_the_programmes_adds_up_though_one_has_two_aims(edition):
    rows = extract("lx_26_plan", "programmes").filled()
    money = sum(float(row["funding_gbp"] or 0) for row in rows)
    assert edition("select sum(funding_gbp)::double, count(*) from marts.programme_of_work") == [(money, len(rows))]


def test_gaps_and_overlaps_of_the_anchors_are_one_query(edition):
    found = dict(edition("select distinct determinant_id, anchors_committed from marts.anchor_gap"))
    committed = [one for *_, determinants in ANCHORS for one in determinants]
    assert found == {name: committed.count(name) for name in found}
    assert len(found) == 7
    assert (found["net_zero"], found["employment_skills"]) == (0, 4)


def test_every_programme_has_ten_questions_of_which_some_are_unanswered(edition):
    found = edition("""
        select programme_id, count(*), count(*) filter (answer = 'unanswered') from marts.programme_checklist
        group by all order by all
    """)
    assert found == [("PG-1", 10, 0), ("PG-2", 10, 4), ("PG-3", 10, 10), ("PG-4", 10, 2)]


def test_of_a_partner_that_few_answered_for_nothing_is_shown(edition):
    shown = edition(
        "select partner_id, count(answers), count(mean_score) from marts.partner_view group by all order by all"
    )
    assert shown == [("AN-2", 6, 6), ("AN-3", 6, 6), ("AN-4", 0, 0), ("AN-5", 6, 6), ("AN-6", 6, 6)]
    scores: dict[tuple[str, str], list[int]] = {}
    for row in extract("lx_29_partner_views").filled():
        scores.setdefault((row["partner_id"], row["dimension"]), []).append(int(row["score"]))
    means = edition("select partner_id, dimension, mean_score from marts.partner_view where answers is not null")
    assert {(partner, dimension): mean for partner, dimension, mean in means} == {
        key: round(sum(given) / len(given), 10) for key, given in scores.items() if len(given) >= 5
    }


def test_every_point_of_the_map_says_what_is_there(edition):
    found = edition("select kind, count(*), count(subject_name) from marts.map_point group by all order by all")
    assert found == [("anchor", 6, 6), ("anchor_site", 2, 2), ("intervention", 4, 4)]
