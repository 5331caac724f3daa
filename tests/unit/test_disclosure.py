"""What the open part may not show: masks over small internal marts, by example and by property."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import duck
from pipeline.audit import trace
from pipeline.publish import disclosure
from pipeline.settings import DBT_PROJECT

COUNTED = {
    # metric, area, breakdown_type, breakdown_value, numerator, denominator, method
    ("es_24.v1", "Q1", "none", "all"): (31, None, "count"),
    ("es_24.v1", "Q1", "sex", "female"): (24, None, "count"),
    ("es_24.v1", "Q1", "sex", "male"): (4, None, "count"),
    ("es_24.v1", "Q1", "sex", "other"): (3, None, "count"),
    ("es_24.v1", "Q2", "sex", "female"): (7, None, "count"),
    ("es_24.v1", "Q2", "sex", "male"): (2, None, "count"),
    ("es_24.v1", "Q3", "none", "all"): (0, None, "count"),
    ("es_24.v2", "Q1", "none", "all"): (33, 37, "wilson"),
    ("es_24.v2", "Q2", "none", "all"): (32, 41, "wilson"),
    ("es_24.v3", "Q1", "none", "all"): (12, 48213, "rate"),
    ("pc_05.v1", "Q1", "none", "all"): (3, None, "count"),
}


def masks_of(counted: dict) -> dict:
    """What the mask of metric_value shows instead, by cell."""
    con = duck.connect()
    con.execute("create schema internal; create schema catalogue; create schema disclosure")
    con.execute("create table catalogue.metric (metric_key varchar, disclosure varchar)")
    con.executemany(
        "insert into catalogue.metric values (?, ?)",
        [(key, "none" if key.startswith("pc") else "local") for key in {key for key, *_ in counted}],
    )
    con.execute(
        "create table internal.metric_value (metric_key varchar, area_code varchar, area_type varchar, period_start date,"
        " period_end date, breakdown_type varchar, breakdown_value varchar, source varchar, numerator decimal(18, 4),"
        " denominator decimal(18, 4), method varchar)"
    )
    con.executemany(
        "insert into internal.metric_value values (?, ?, 'icb', '2025-01-01', '2025-03-31', ?, ?, 'lx', ?, ?, ?)",
        [(*key, *cell) for key, cell in counted.items()],
    )
    keys = ["metric_key", "area_code", "breakdown_type", "breakdown_value"]
    assert disclosure.write_masks(con, {"metric_value": keys}) == {
        "metric_value": sum(not key.startswith("pc") for key, *_ in counted)
    }
    rows = con.execute("select * from disclosure.metric_value").fetchall()
    return {tuple(row[:4]): tuple(row[4:]) for row in rows}


def test_counts_of_people_are_hidden_under_five_and_rounded_else():
    masks = masks_of(COUNTED)
    hidden = ("suppressed", None, None)
    assert masks == {
        ("es_24.v1", "Q1", "none", "all"): ("rounded", 30, None),
        ("es_24.v1", "Q1", "sex", "female"): ("rounded", 25, None),
        # 3 and 4 hidden: together 7, which the whole does not give away.
        ("es_24.v1", "Q1", "sex", "male"): hidden,
        ("es_24.v1", "Q1", "sex", "other"): hidden,
        # 2 hidden alone could be had by subtraction from the whole.
        ("es_24.v1", "Q2", "sex", "female"): hidden,
        ("es_24.v1", "Q2", "sex", "male"): hidden,
        ("es_24.v1", "Q3", "none", "all"): hidden,
        # 33 of 37: the rest is 4.
        ("es_24.v2", "Q1", "none", "all"): hidden,
        ("es_24.v2", "Q2", "none", "all"): ("rounded", 30, 40),
        # A population is no count of people from an extract.
        ("es_24.v3", "Q1", "none", "all"): ("rounded", 10, 48213),
    }


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 40), min_size=1, max_size=7))
@settings(max_examples=60, deadline=None)
def test_what_is_hidden_of_a_whole_is_nobody_or_at_least_five(groups):
    cells = {("es_24.v1", "Q1", "sex", group): (people, None, "count") for group, people in groups.items()}
    masks = masks_of(cells)
    hidden = [people for group, people in groups.items() if masks["es_24.v1", "Q1", "sex", group][0] == "suppressed"]
    shown = {group: masks["es_24.v1", "Q1", "sex", group][1] for group in groups}
    assert all(people >= 5 for group, people in groups.items() if shown[group] is not None)
    assert all(
        abs(shown[group] - people) <= 2 and shown[group] % 5 == 0 for group, people in groups.items() if shown[group]
    )
    assert sum(hidden) == 0 or sum(hidden) >= 5 or len(hidden) == len(groups)


def test_records_of_local_extracts_stay_in_the_internal_part():
    con = duck.connect()
    con.execute("create schema internal; create schema catalogue; create schema disclosure")
    con.execute(
        "create table catalogue.release as select * from (values ('lx/1', false), ('eric/1', true)) t (release_id, is_published)"
    )
    con.execute(
        "create table internal.metric_row as select * from (values ('lx/1', 1), ('eric/1', 2)) t (release_id, source_row)"
    )
    assert disclosure.write_masks(con, {"metric_row": ["release_id", "source_row"]}) == {"metric_row": 1}
    assert con.execute("select * from disclosure.metric_row").fetchall() == [("lx/1", 1, "suppressed")]


def test_the_least_number_of_people_is_the_one_that_models_hide_by():
    macros = (DBT_PROJECT / "macros" / "cohort.sql").read_text("utf-8")
    assert re.search(r"macro least_people\(\) %\}(\d+)\{%", macros)[1] == str(disclosure.LEAST_PEOPLE)


def test_a_trace_knows_the_types_of_area_before_2022_that_the_models_know():
    macros = (DBT_PROJECT / "macros" / "areas.sql").read_text("utf-8")
    (body,) = re.findall(r"macro type_since_2022\(area_type\) -%\}(.*?)\{%- endmacro", macros, re.S)
    assert dict(re.findall(r"when '(\w+)' then '(\w+)'", body)) == trace._SINCE_2022
