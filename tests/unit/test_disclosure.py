"""What the open part may not show: masks over small internal marts, by example and by property."""

from __future__ import annotations

import math
import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.optimize import linprog

from pipeline import duck
from pipeline.audit import trace
from pipeline.catalogue.disclosure import Profile
from pipeline.catalogue.load import load_profiles
from pipeline.publish import disclosure
from pipeline.settings import DBT_PROJECT
from tests.unit.small_counts import START, attacked, catalogue_of, connection, disclosed, metric

HIDDEN = ("suppressed", None, None)
KNOWN = catalogue_of(
    metric("es_24.v1"),
    metric("es_24.v2", "wilson"),
    metric("es_24.v3", "rate"),
    metric("es_24.v4", "difference"),
    metric("pc_05.v1", disclosure="none"),
)
COUNTED = {
    # metric, area, breakdown_type, breakdown_value: numerator, denominator, method
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
    ("es_24.v4", "Q1", "none", "all"): (37, 22, "difference"),
    ("es_24.v4", "Q2", "none", "all"): (12, 3, "difference"),
    ("pc_05.v1", "Q1", "none", "all"): (3, None, "count"),
}


def shown_of(counted: dict, known=KNOWN, **more) -> dict:
    rows = [
        {"metric_key": key, "area_code": area, "breakdown_type": kind, "breakdown_value": value, "numerator": numerator,
         "denominator": denominator, "method": method, **more}
        for (key, area, kind, value), (numerator, denominator, method) in counted.items()
    ]  # fmt: skip
    return {key[:2] + key[3:]: cell for key, cell in disclosed(connection(rows), known).items()}


def test_counts_of_people_are_hidden_under_five_and_rounded_else():
    assert shown_of(COUNTED) == {
        ("es_24.v1", "Q1", "none", "all"): ("rounded", 30, None),
        ("es_24.v1", "Q1", "sex", "female"): ("rounded", 25, None),
        # 3 and 4 hidden: together 7, which the whole does not give away.
        ("es_24.v1", "Q1", "sex", "male"): HIDDEN,
        ("es_24.v1", "Q1", "sex", "other"): HIDDEN,
        # 2 hidden alone could be had by subtraction from the whole.
        ("es_24.v1", "Q2", "sex", "female"): HIDDEN,
        ("es_24.v1", "Q2", "sex", "male"): HIDDEN,
        ("es_24.v1", "Q3", "none", "all"): HIDDEN,
        # 33 of 37: the rest is 4.
        ("es_24.v2", "Q1", "none", "all"): HIDDEN,
        ("es_24.v2", "Q2", "none", "all"): ("rounded", 30, 40),
        # A population is no count of people from an extract.
        ("es_24.v3", "Q1", "none", "all"): ("rounded", 10, 48213),
        # Both count people, so that both are rounded, and one that is small hides both.
        ("es_24.v4", "Q1", "none", "all"): ("rounded", 35, 20),
        ("es_24.v4", "Q2", "none", "all"): HIDDEN,
        ("pc_05.v1", "Q1", "none", "all"): ("exact", 3, None),
    }


@pytest.mark.parametrize(
    ("profile", "figures"),
    [
        # A publisher's profile on what an extract gives: hidden from 1 to 7, nought shown.
        ("hes", {0: 0, 1: None, 7: None, 8: 10, 12: 10, 13: 15}),
        ("assuring_transformation", {0: 0, 1: None, 4: None, 5: 5, 7: 5, 8: 10}),
        ("mhsds_lda", {0: None, 4: None, 5: 5, 22: 20, 23: 25}),
        ("local", {0: None, 4: None, 5: 5, 7: 5, 8: 10, 12: 10}),
    ],
)
def test_each_profile_hides_and_rounds_what_it_says(profile, figures):
    known = catalogue_of(metric("es_24.v1", disclosure=profile))
    known.contracts["lx"] = type("Extract", (), {"kind": "extract", "dataset": "lx"})()
    for count, expected in figures.items():
        ((_, numerator, _),) = shown_of({("es_24.v1", "Q1", "none", "all"): (count, None, "count")}, known).values()
        assert numerator == expected, (profile, count)


def test_what_a_publisher_made_safe_is_left_alone_and_so_is_its_country():
    known = catalogue_of(metric("es_24.v1", disclosure="mhsds"))
    cell = {("es_24.v1", "Q1", "none", "all"): (3, None, "count")}
    assert shown_of(cell, known, release_id="mhsds/published/1") == {
        ("es_24.v1", "Q1", "none", "all"): ("exact", 3, None)
    }
    known.contracts["lx"] = type("Extract", (), {"kind": "extract", "dataset": "lx"})()
    assert shown_of(cell, known) == {("es_24.v1", "Q1", "none", "all"): HIDDEN}
    assert shown_of(cell, known, area_type="country") == {("es_24.v1", "Q1", "none", "all"): ("exact", 3, None)}


def test_money_is_hidden_with_the_people_behind_it():
    known = catalogue_of(metric("es_24.v1", "ratio", "local_money"))
    cells = {
        ("es_24.v1", "Q1", "none", "all"): (12_345, 21, "ratio"),
        ("es_24.v1", "Q2", "none", "all"): (98_765, 4, "ratio"),
        ("es_24.v1", "Q3", "none", "all"): (3, 17, "ratio"),
    }
    assert shown_of(cells, known) == {
        ("es_24.v1", "Q1", "none", "all"): ("rounded", 12_345, 20),
        ("es_24.v1", "Q2", "none", "all"): HIDDEN,
        ("es_24.v1", "Q3", "none", "all"): ("rounded", 5, 15),
    }


@pytest.mark.parametrize(
    ("ties", "figures"), [("up", {25: 30, 35: 40, 24: 20, 5: 10}), ("even", {25: 20, 35: 40, 24: 20, 15: 20})]
)
def test_a_tie_goes_where_the_profile_says(ties, figures):
    con = duck.connect()
    for count, expected in figures.items():
        sql = f"select {disclosure.rounded('n')} from (select {count}::decimal(18, 4) as n, 10 as rounds_to, {ties == 'even'} as ties_even)"
        assert con.execute(sql).fetchone() == (expected,)


def test_figures_that_are_rounded_already_stay_as_they_are():
    cells = {("es_24.v1", f"Q{n}", "none", "all"): (n * 5, None, "count") for n in range(1, 9)}
    assert [cell[1] for cell in shown_of(cells).values()] == [n * 5 for n in range(1, 9)]


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 40), min_size=1, max_size=7))
@settings(max_examples=40, deadline=None)
def test_what_is_hidden_of_a_whole_is_nobody_or_at_least_five(groups):
    shown = shown_of({("es_24.v1", "Q1", "sex", group): (people, None, "count") for group, people in groups.items()})
    shown = {group: shown["es_24.v1", "Q1", "sex", group] for group in groups}
    hidden = [people for group, people in groups.items() if shown[group] == HIDDEN]
    for group, people in groups.items():
        if shown[group] != HIDDEN:
            assert people >= 5
            assert abs(shown[group][1] - people) <= 2
            assert shown[group][1] % 5 == 0
    assert sum(hidden) == 0 or sum(hidden) >= 5 or len(hidden) == len(groups)


# --- an oracle by linear programmes, which shares no code with the attack -------------------------------------

AREAS, GROUPS = ("T1", "T2", "T3"), ("a", "b", "c")


def oracle(shown: dict[tuple[str, str], tuple]) -> dict[tuple[str, str], tuple[int, int]]:
    """The whole numbers that fit for every hidden cell of a table of areas by groups with its margins.

    Unknown are the inner cells; every cell shown is a sum of them within two of what is shown and at least 5.
    """
    inner = list(product(AREAS, GROUPS))
    line = {
        (area, group): [float(area in ("ICB", a) and group in ("all", g)) for a, g in inner]
        for area in ("ICB", *AREAS)
        for group in ("all", *GROUPS)
    }
    a_ub, b_ub = [], []
    for cell, (_, numerator, _) in shown.items():
        if numerator is not None:
            low, high = max(5, float(numerator) - 2), float(numerator) + 2
            a_ub += [line[cell], [-one for one in line[cell]]]
            b_ub += [high, -low]
    ranges = {}
    for cell in (one for one, what in shown.items() if what == HIDDEN):
        ends = []
        for side in (1, -1):
            cost = [side * one for one in line[cell]]
            solved = linprog(cost, A_ub=a_ub or None, b_ub=b_ub or None, bounds=(0, 10_000))
            assert solved.status == 0
            ends.append(side * solved.fun)
        ranges[cell] = math.ceil(ends[0] - 1e-6), math.floor(ends[1] + 1e-6)
    return ranges


@given(st.lists(st.integers(0, 14), min_size=9, max_size=9))
@settings(max_examples=40, deadline=None)
def test_no_hidden_count_can_be_had_from_areas_and_groups_together(people):
    inner = dict(zip(product(AREAS, GROUPS), people, strict=True))
    true = {
        (area, group): sum(n for (a, g), n in inner.items() if area in ("ICB", a) and group in ("all", g))
        for area in ("ICB", *AREAS)
        for group in ("all", *GROUPS)
    }
    rows = [
        {"metric_key": "es_24.v1", "area_code": area, "area_type": "icb" if area == "ICB" else "trust", "numerator": n,
         "breakdown_type": "none" if group == "all" else "sex", "breakdown_value": group}
        for (area, group), n in true.items()
    ]  # fmt: skip
    con = connection(rows, [(area, "ICB") for area in AREAS])
    shown = {(key[1], key[4]): cell for key, cell in disclosed(con, KNOWN).items()}
    for cell, (low, high) in oracle(shown).items():
        assert high - low >= 4 or low > 4, (cell, low, high)
        assert low <= true[cell] <= high
    # And the attack of the gate says the same.
    assert attacked(con, KNOWN) == []
    if min(true.values()) >= 5:
        assert HIDDEN not in shown.values()


def test_a_table_without_small_counts_is_shown_whole():
    chance = np.random.default_rng(7)
    for _ in range(5):
        inner = dict(zip(product(AREAS, GROUPS), chance.integers(5, 40, 9).tolist(), strict=True))
        rows = [
            {"metric_key": "es_24.v1", "area_code": area, "area_type": "trust", "numerator": n, "breakdown_type": "sex",
             "breakdown_value": group}
            for (area, group), n in inner.items()
        ]  # fmt: skip
        assert all(cell[0] == "rounded" for cell in disclosed(connection(rows), KNOWN).values())


# --- profiles and other masks --------------------------------------------------------------------------------


def test_a_profile_says_what_it_hides_and_how_well():
    local = load_profiles()["local"].model_dump(by_alias=True)
    for wrong in (
        {"hides": None}, {"least_width": 0}, {"least_width": 5}, {"zero_shown": True}, {"hides": {"from": 1, "to": 4}},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            Profile(**{**local, **wrong})


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


def test_of_spend_no_hidden_part_stands_alone():
    con = duck.connect()
    con.execute("create schema internal; create schema disclosure")
    con.execute("create table internal.spend_month (organisation_code varchar, month_start date, supplier_location varchar,"
                " influenceable varchar, suppliers integer, amount_is_open boolean)")  # fmt: skip
    # Hidden in one place, and with it the next smallest there; that one stands alone among what cannot be influenced.
    con.executemany(
        "insert into internal.spend_month values ('R1', ?, ?, ?, ?, ?)",
        [(START, "here", "yes", 2, False), (START, "here", "no", 9, False), (START, "there", "no", 12, True),
         (START, "there", "yes", 30, True), (START, "far", "no", 40, True), (START, "far", "yes", 50, True)],
    )  # fmt: skip
    keys = ["organisation_code", "month_start", "supplier_location", "influenceable"]
    disclosure.write_masks(con, {"spend_month": keys})
    hidden = {row[2:4] for row in con.execute("select * from disclosure.spend_month").fetchall()}
    assert {("here", "yes"), ("here", "no"), ("there", "no"), ("there", "yes")} == hidden


def test_the_least_number_of_people_is_the_one_that_models_hide_by():
    macros = (DBT_PROJECT / "macros" / "cohort.sql").read_text("utf-8")
    people = load_profiles()[disclosure.PEOPLE]
    least = int(re.search(r"macro least_people\(\) %\}(\d+)\{%", macros)[1])
    assert (least - 1, least) == (people.hides.most, people.rounds_to)


def test_a_trace_knows_the_types_of_area_before_2022_that_the_models_know():
    macros = (DBT_PROJECT / "macros" / "areas.sql").read_text("utf-8")
    (body,) = re.findall(r"macro type_since_2022\(area_type\) -%\}(.*?)\{%- endmacro", macros, re.S)
    assert dict(re.findall(r"when '(\w+)' then '(\w+)'", body)) == trace._SINCE_2022
