"""The profile of neighbourhoods and the places of both models, against plain Python over the open values of the sample.

Belongs here: which period, which place and ICS, what is compared, ranked and changed; that sums of places hold everybody once, and
that the ICS and the country stay what they are. The figures of places themselves: test_practices.py, with its oracle.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict

import pytest

from pipeline.publish.current import open_part
from pipeline.sample import places
from pipeline.settings import PROJECT_ROOT

BOARD, COUNTRY = "E54999001", "local:sample:country"
COMPARABLE = ("wilson", "rate", "share", "ratio", "dsr")
KEPT = (
    "metric_key", "area_code", "area_type", "period_key", "period_start", "period_end", "period_type", "breakdown_type", "value", "unit",
    "lower_95", "upper_95", "method", "source",
)  # fmt: skip


def rows_of(con, sql: str) -> list[dict]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def con(sample_run):
    _, outcome = sample_run
    found = open_part(outcome.folder)
    yield found
    found.close()


@pytest.fixture(scope="module")
def values(con) -> list[dict]:
    rows = rows_of(con, f"select {', '.join(KEPT)} from marts.metric_value where breakdown_type = 'none'")
    sources = dict(con.execute("select metric_key, source from reference.metric").fetchall())
    return [row for row in rows if row["source"] == sources[row["metric_key"]]]


@pytest.fixture(scope="module")
def profile(con) -> list[dict]:
    return rows_of(con, "select * from marts.neighbourhood_profile")


@pytest.fixture(scope="module")
def latest(values) -> dict[tuple[str, str], dict]:
    """Of each metric and neighbourhood the period that ends last, of several such the longest."""
    found: dict[tuple[str, str], dict] = {}
    for row in values:
        if row["area_type"] in ("pcn", "ward", "place"):
            key = row["metric_key"], row["area_code"]
            held = found.get(key)
            if held is None or (row["period_end"], -row["period_start"].toordinal()) > (
                held["period_end"], -held["period_start"].toordinal()
            ):  # fmt: skip
                found[key] = row
    return found


def verdict(lower: float | None, upper: float | None, reference: float | None, direction: str) -> str | None:
    if None in (lower, upper, reference):
        return None
    if lower <= reference <= upper:
        return "similar"
    is_above = lower > reference
    if direction == "context":
        return "higher" if is_above else "lower"
    return "better" if is_above == (direction == "up") else "worse"


def test_each_neighbourhood_has_each_of_its_metrics_once_for_each_place(profile, latest):
    declared = defaultdict(set)
    for code, (_, _, _, _, by_role) in places.PLACES.items():
        for members in by_role.values():
            for member in members:
                declared[member].add(code)
    keys = {(row["metric_key"], row["area_code"], row["place_code"]) for row in profile}
    assert len(keys) == len(profile)
    assert {key[:2] for key in keys} == set(latest)
    mine = {area for _, area in latest if area in places.NETWORKS[:6] or area in places.WARDS[:8]}
    assert len(mine) == 14
    for area in mine:
        # The ward of Harbour lies in Harbour and, through it and by itself, in Sampleford.
        assert {place for _, code, place in keys if code == area} == declared[area], area
    assert {place for _, code, place in keys if code == places.SAMPLEFORD} == {"none"}
    assert {place for _, code, place in keys if code == places.HARBOUR} == {places.SAMPLEFORD}


def test_every_value_is_that_of_the_latest_period_beside_its_place_and_its_ics(profile, latest, values):
    cells = {
        (row["metric_key"], row["area_code"], row["period_key"], row["period_type"]): row["value"] for row in values
    }
    compared = 0
    for row in profile:
        mine = latest[row["metric_key"], row["area_code"]]
        assert (row["period_key"], row["value"]) == (mine["period_key"], mine["value"])
        is_comparable = mine["method"] in COMPARABLE
        assert row["is_comparable"] == is_comparable
        for reference in ("icb", "place"):
            theirs = cells.get((row["metric_key"], row[f"{reference}_code"], row["period_key"], row["period_type"]))
            assert row[f"{reference}_value"] == theirs
            known = is_comparable and None not in (mine["value"], theirs)
            assert (row[f"{reference}_difference"] is not None) == known
            if known:
                assert row[f"{reference}_difference"] == pytest.approx(mine["value"] - theirs, abs=1e-9)
            expected = verdict(mine["lower_95"], mine["upper_95"], theirs, row["direction"]) if is_comparable else None
            assert row[f"{reference}_verdict"] == expected, row
            compared += expected is not None
    assert compared > 60


def test_networks_lie_in_the_ics_of_most_of_their_practices_and_wards_in_that_of_their_small_areas(profile, con):
    links = con.execute(
        "select from_area_code, to_area_code from reference.area_link where link_type = 'part_of' and valid_to is null"
    ).fetchall()
    parents = defaultdict(set)
    for child, parent in links:
        parents[child].add(parent)
    of_network: dict[str, list[str]] = defaultdict(list)
    for above in parents.values():
        for network in above:
            if network.startswith("U"):
                of_network[network] += [code for code in above if code.startswith("E54")]
    for row in profile:
        if row["area_type"] == "pcn":
            boards = of_network[row["area_code"]]
            if boards:
                assert boards.count(row["icb_code"]) == max(boards.count(one) for one in boards)
    of_wards = {row["area_code"]: row["icb_code"] for row in profile if row["area_type"] == "ward"}
    assert {of_wards[ward] for ward in places.WARDS[:8]} == {BOARD}


def test_ranks_are_those_of_a_sorted_list_of_alike_and_equal_values_share_one(profile):
    alike: dict[tuple, dict[str, dict]] = defaultdict(dict)
    for row in profile:
        if row["is_comparable"] and row["value"] is not None:
            kind = row["metric_key"], row["area_type"], row["level"], row["model"], row["period_key"], row["icb_code"]
            alike[kind][row["area_code"]] = row
        else:
            assert row["rank_in_icb"] is row["ranked_in_icb"] is None
    assert any(len(rows) > 5 for rows in alike.values())
    for rows in alike.values():
        for row in rows.values():
            better = [
                other for other in rows.values()
                if (other["value"] < row["value"] if row["direction"] == "down" else other["value"] > row["value"])
            ]  # fmt: skip
            assert (row["rank_in_icb"], row["ranked_in_icb"]) == (len(better) + 1, len(rows))


def test_a_change_is_against_the_period_before_and_its_interval_is_square_and_add(profile, values):
    changed = 0
    for row in profile:
        before = [
            one for one in values
            if (one["metric_key"], one["area_code"], one["period_type"]) == (row["metric_key"], row["area_code"], row["period_type"])
            and one["period_end"] < row["period_start"]
        ]  # fmt: skip
        last = max(before, key=lambda one: one["period_end"], default=None)
        assert row["previous_period_key"] == (last and last["period_key"])
        if last and None not in (row["value"], last["value"]):
            changed += 1
            assert row["change"] == pytest.approx(row["value"] - last["value"], abs=1e-9)
            if row["change_status"] == "compared":
                lower = row["change"] - math.hypot(row["value"] - row["lower_95"], last["upper_95"] - last["value"])
                assert row["change_lower_95"] == pytest.approx(lower, abs=1e-9)
        else:
            assert row["change"] is None
    assert changed > 20


# --- both models of place ---------------------------------------------------------------------------------------------


def patients(con) -> dict[str, int]:
    return dict(
        con.execute(
            "select area_code, numerator::bigint from marts.metric_latest where metric_key = 'pc_50.v1' and breakdown_type = 'none'"
        ).fetchall()
    )


def test_a_nested_place_holds_everybody_once_whichever_way_they_are_reached(con):
    """Harbour's practices are in Sampleford through Harbour and through their networks."""
    held = patients(con)
    sampleford, mockmere = (sum(held[code] for code in places.NETWORKS[at : at + 3]) for at in (0, 3))
    assert (held[places.SAMPLEFORD], held[places.MOCKMERE]) == (sampleford, mockmere)
    assert held[places.HARBOUR] == held["Z90100"] + held["Z90107"]


def test_hubs_that_share_a_network_overlap_say_so_and_change_no_total(con, profile):
    held = patients(con)
    one, shared, two = (held[places.NETWORKS[at]] for at in (1, 3, 5))
    assert (held[places.EAST], held[places.WEST]) == (one + shared, shared + two)
    flags = {row["area_code"]: row["is_overlapping"] for row in profile if row["area_type"] == "place"}
    assert [flags[code] for code in places.PLACES] == [False, False, False, True, True]
    practices = con.execute(
        "select sum(numerator)::bigint from marts.metric_latest where metric_key = 'pc_50.v1' and breakdown_type = 'none'"
        " and area_type = 'practice' and area_code like 'Z9%' and period_end = (select max(period_end) from marts.metric_latest"
        " where metric_key = 'pc_50.v1')"
    ).fetchone()[0]
    assert held[COUNTRY] == practices
    assert held[places.EAST] + held[places.WEST] + held[places.SAMPLEFORD] + held[places.MOCKMERE] > held[BOARD]


def test_members_are_listed_with_model_role_and_days_and_a_trust_is_no_part_of_the_place(con):
    rows = con.execute(
        "select place_code, model, member_code, member_type, role, valid_from::varchar, is_summed from reference.place_membership"
        " where stated_by = 'LX-37' order by all"
    ).fetchall()
    expected = sorted(
        (code, model, member, role, since)
        for code, (_, _, model, since, by_role) in places.PLACES.items()
        for role, members in by_role.items()
        for member in members
    )
    assert sorted((code, model, member, role, since) for code, model, member, _, role, since, _ in rows) == expected
    assert {(member, kind) for _, _, member, kind, _, _, is_summed in rows if not is_summed} == {("RZ2", "trust")}
    # What only a report names is listed, and no figure is made of it.
    assert con.execute(
        "select count(distinct place_code), bool_or(is_summed) from reference.place_membership where stated_by <> 'LX-37'"
    ).fetchone() == (4, False)


PAGE = (PROJECT_ROOT / "docs" / "explanation" / "neighbourhoods.md").read_text("utf-8")


@pytest.mark.parametrize("query", re.findall(r"```sql\n(.*?)```", PAGE, re.S))
def test_the_queries_of_the_page_have_an_answer(con, query):
    assert con.execute(query).fetchall()
