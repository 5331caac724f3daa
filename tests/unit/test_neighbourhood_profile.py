"""marts.neighbourhood_profile by examples worked by hand, and its ranks for any values.

The model is rendered from the file that dbt uses and runs in one DuckDB over tables of the test's own. On the sample, against plain
Python: tests/pipeline/test_neighbourhoods.py.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import duck
from tests.rendered import model
from tests.unit.small_marts import METRIC_VALUE, months, values

ALWAYS = {"span_from": date(1900, 1, 1), "span_to": date(9999, 12, 31)}
SEPTEMBER, OCTOBER = months(2025, 9, 2)
WEST, NORTH, SOUTH = "local:qaa:west", "local:qaa:north", "local:qaa:south"
TABLES = {
    "metric_value": METRIC_VALUE | {"value_status": "varchar"},
    "metric": {
        "metric_key": "varchar", "metric_name": "varchar", "theme": "varchar", "direction": "varchar", "source": "varchar",
    },
    "int_area": {"area_code": "varchar", "area_type": "varchar"},
    "area": {"area_code": "varchar", "area_name": "varchar"},
    "int_area_ancestor": {
        "area_code": "varchar", "ancestor_code": "varchar", "span_from": "date", "span_to": "date",
    },
    "place_membership": {"place_code": "varchar", "level": "varchar", "model": "varchar", "is_overlapping": "boolean"},
}  # fmt: skip
KINDS = {"A": "practice", "U": "pcn", "Q": "icb", "l": "place"}


def profile(
    cells: list[dict], links: list[tuple[str, str]], *, direction: str = "down", places: tuple = ()
) -> list[dict]:
    """The rows of the profile over monthly percentages m_01 of areas, whose codes begin as KINDS says, and what lies in what."""
    codes = sorted({one for link in links for one in link} | {cell["area_code"] for cell in cells})
    ancestors = [
        {"area_code": child, "ancestor_code": parent, **ALWAYS}
        for child, parent in [*links, *((one, one) for one in codes)]
    ]
    rows = {
        "metric_value": [
            {"value_status": "exact" if one.get("value") is not None else "suppressed", **one}
            for one in values({"period": OCTOBER, "area_type": KINDS[cell["area_code"][0]], **cell} for cell in cells)
        ],
        "metric": [
            {"metric_key": "m_01.v1", "metric_name": "Missed", "theme": "made_up", "direction": direction, "source": "made_up"}
        ],
        "int_area": [{"area_code": one, "area_type": KINDS[one[0]]} for one in codes],
        "area": [{"area_code": one, "area_name": f"Area {one}"} for one in codes],
        "int_area_ancestor": ancestors,
        "place_membership": list(places),
    }  # fmt: skip
    con = duck.connect()
    try:
        for name, columns in TABLES.items():
            con.execute(f"create table {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
            for row in rows[name]:
                con.execute(
                    f"insert into {name} values ({', '.join('?' * len(columns))})", [row.get(one) for one in columns]
                )
        con.execute(
            "create view metric_latest as select * from metric_value qualify row_number() over (partition by metric_key,"
            " area_code, period_type, breakdown_type, breakdown_value, source order by period_end desc, period_start desc) = 1"
        )
        found = con.execute(model("marts/open/neighbourhood_profile").sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        con.close()


def between(area: str, value: float, wide: float = 0.5, **given_: object) -> dict:
    return {"area_code": area, "value": value, "lower_95": value - wide, "upper_95": value + wide, **given_}


def test_a_network_is_set_beside_its_ics_and_each_of_its_places():
    places = [
        {"place_code": code, "level": "place", "model": "hub_and_spoke", "is_overlapping": True}
        for code in (NORTH, SOUTH)
    ]
    rows = profile(
        [between("U1", 5.0), between("U2", 8.0), between("Q1", 6.0), between(NORTH, 5.2), between(SOUTH, 4.0)],
        [("A1", "U1"), ("A1", "Q1"), ("A2", "U2"), ("A2", "Q1"), ("U1", NORTH), ("U1", SOUTH), (NORTH, "Q1"), (SOUTH, "Q1")],
        places=tuple(places),
    )  # fmt: skip
    by_key = {(row["area_code"], row["place_code"]): row for row in rows}
    assert set(by_key) == {("U1", NORTH), ("U1", SOUTH), ("U2", "none"), (NORTH, "none"), (SOUTH, "none")}
    north, south, alone = by_key["U1", NORTH], by_key["U1", SOUTH], by_key["U2", "none"]
    # Lower is better: 6.0 lies above 4.5 to 5.5, 5.2 within, 4.0 below.
    assert (north["icb_verdict"], north["place_verdict"], south["place_verdict"]) == ("better", "similar", "worse")
    assert (north["icb_difference"], south["place_difference"]) == (-1.0, 1.0)
    assert (alone["icb_verdict"], alone["place_status"]) == ("worse", "no_reference_area")
    # Two networks are ranked though one has two rows; places among themselves.
    assert [(row["rank_in_icb"], row["ranked_in_icb"]) for row in (north, south, alone)] == [(1, 2), (1, 2), (2, 2)]
    assert (by_key[SOUTH, "none"]["rank_in_icb"], by_key[SOUTH, "none"]["ranked_in_icb"]) == (1, 2)
    assert (north["is_overlapping"], by_key[NORTH, "none"]["is_overlapping"]) == (False, True)


def test_a_network_over_a_border_is_in_the_ics_of_most_of_its_practices_and_of_as_many_in_the_first():
    links = [
        ("A1", "U1"), ("A2", "U1"), ("A3", "U1"), ("A1", "Q2"), ("A2", "Q2"), ("A3", "Q1"), ("A4", "U2"), ("A5", "U2"),
        ("A4", "Q2"), ("A5", "Q1"),
    ]  # fmt: skip
    rows = profile([between("U1", 5.0), between("U2", 5.0), between("U3", 5.0)], links)
    assert {row["area_code"]: row["icb_code"] for row in rows} == {"U1": "Q2", "U2": "Q1", "U3": None}
    assert {row["icb_status"] for row in rows if row["area_code"] == "U3"} == {"no_reference_area"}


def test_what_is_hidden_has_no_difference_no_rank_and_no_change():
    hidden = {"area_code": "U1", "value": None}
    rows = profile(
        [hidden, between("U1", 5.0, period=SEPTEMBER), between("U2", 4.0), between("Q1", 6.0)],
        [("A1", "U1"), ("A1", "Q1"), ("A2", "U2"), ("A2", "Q1")],
    )
    (mine,) = [row for row in rows if row["area_code"] == "U1"]
    assert (mine["value_status"], mine["icb_status"], mine["change_status"]) == (
        "suppressed",
        "value_missing",
        "value_missing",
    )
    told = ("icb_difference", "icb_verdict", "rank_in_icb", "ranked_in_icb", "change", "change_verdict")
    assert {mine[name] for name in told} == {None}
    (other,) = [row for row in rows if row["area_code"] == "U2"]
    assert other["ranked_in_icb"] == 1


def test_a_change_is_against_the_latest_period_that_shares_no_day():
    rolling = (date(2024, 11, 1), date(2025, 10, 31))
    rows = profile(
        [
            between("U1", 5.0), between("U1", 7.0, period=SEPTEMBER), between("U1", 9.0, period=months(2025, 8, 1)[0]),
            between("U1", 6.0, period=rolling, period_type="rolling_12_months"),
        ],
        [("A1", "U1"), ("A1", "Q1")],
    )  # fmt: skip
    # Of two periods that end on one day the longest speaks, and it has none before it.
    (mine,) = rows
    assert (mine["period_type"], mine["change_status"]) == ("rolling_12_months", "baseline_missing")
    (mine,) = profile([between("U1", 5.0), between("U1", 7.0, period=SEPTEMBER)], [("A1", "U1"), ("A1", "Q1")])
    assert (mine["change"], mine["change_verdict"]) == (-2.0, "better")
    assert mine["change_upper_95"] == pytest.approx(-2 + 0.5**0.5, abs=1e-9)


def test_numbers_of_things_are_shown_and_neither_compared_nor_ranked():
    count = {"method": "count", "unit": "patients"}
    rows = profile(
        [{"area_code": "U1", "value": 12.0, **count}, {"area_code": "Q1", "value": 99.0, **count}],
        [("A1", "U1"), ("A1", "Q1")],
    )
    (mine,) = rows
    assert (mine["value"], mine["icb_value"], mine["icb_status"]) == (12.0, 99.0, "not_comparable")
    assert mine["icb_difference"] is mine["rank_in_icb"] is None


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 6)), min_size=1, max_size=8),
    st.sampled_from(["up", "down", "context"]),
)
@settings(max_examples=20, deadline=None)
def test_equal_values_share_a_rank_and_the_next_counts_all_before_it(held, direction):
    cells = [{"area_code": f"U{at}", "value": None if one is None else float(one)} for at, one in enumerate(held)]
    links = [link for at in range(len(held)) for link in ((f"A{at}", f"U{at}"), (f"A{at}", "Q1"))]
    ranks = {row["area_code"]: row["rank_in_icb"] for row in profile(cells, links, direction=direction)}
    known = sorted((one for one in held if one is not None), reverse=direction != "down")
    assert [ranks[f"U{at}"] for at in range(len(held))] == [
        None if one is None else known.index(one) + 1 for one in held
    ]
