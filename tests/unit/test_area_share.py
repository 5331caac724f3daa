"""How boards and councils share their people, and codes of outcomes: the reference tables of the Better Care Fund against slow sums."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipeline.catalogue.load import catalogue
from pipeline.settings import DBT_PROJECT
from tests import rendered

JUNE_2023, JUNE_2024 = date(2023, 6, 30), date(2024, 6, 30)
LAST = date(9999, 12, 31)
# Board and district of each small area: a county of two districts in one board but for a corner, a unitary council half in each.
SMALL_AREAS = {
    "E01000001": ("E54A", "E07A"), "E01000002": ("E54A", "E07A"), "E01000003": ("E54A", "E07A"), "E01000004": ("E54A", "E07B"),
    "E01000005": ("E54B", "E07B"), "E01000006": ("E54A", "E06U"), "E01000007": ("E54B", "E06U"),
}  # fmt: skip
COUNCIL = {"E07A": "E10C", "E07B": "E10C", "E06U": "E06U"}
TYPES = {"E54A": "icb", "E54B": "icb", "E10C": "upper_tier_local_authority", "E06U": "upper_tier_local_authority"}
RESIDENTS = {
    ("E07A", JUNE_2023): 3_001, ("E07B", JUNE_2023): 2_000, ("E06U", JUNE_2023): 3_100,
    # Of 2024 the estimate of the unitary council alone is held.
    ("E06U", JUNE_2024): 3_200,
}  # fmt: skip


@pytest.fixture(scope="module")
def shares() -> list[dict]:
    con = duckdb.connect()
    con.execute("create table int_area (area_code varchar, area_type varchar, valid_from date)")
    con.executemany("insert into int_area values (?, ?, date '2022-07-01')", [*TYPES.items()])
    con.execute(
        "create table int_area_ancestor (area_code varchar, ancestor_code varchar, span_from date, span_to date)"
    )
    con.executemany(
        "insert into int_area_ancestor values (?, ?, date '1900-01-01', ?)",
        [
            (area, ancestor, LAST)
            for area, (board, district) in SMALL_AREAS.items()
            for ancestor in {area, board, district, COUNCIL[district]}
        ],
    )
    con.execute(
        "create table int_area_population (area_code varchar, sex varchar, age integer, population decimal(18, 4), reference_date date)"
    )
    con.executemany(
        "insert into int_area_population values (?, ?, ?, ?, ?)",
        [
            (area, sex, age, Decimal(people // 2 if age else people - people // 2), day)
            for (area, day), people in RESIDENTS.items()
            for sex in ("persons", "males")
            for age in (0, 70)
        ],
    )
    con.execute(f"create table council_combined as from read_csv('{DBT_PROJECT / 'seeds' / 'council_combined.csv'}')")
    found = con.execute(rendered.model("area_share").sql)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def residents_in_both(day: date) -> dict[tuple[str, str], float]:
    """(board, council) -> residents: each district's newest, spread evenly over its small areas, one after the other."""
    of_district = defaultdict(int)
    for _, district in SMALL_AREAS.values():
        of_district[district] += 1
    found = defaultdict(float)
    for board, district in SMALL_AREAS.values():
        newest = max(when for area, when in RESIDENTS if area == district and when <= day)
        found[board, COUNCIL[district]] += RESIDENTS[district, newest] / of_district[district]
    return found


@pytest.mark.parametrize("day", [JUNE_2023, JUNE_2024])
def test_residents_are_shared_as_a_slow_count_has_them_both_ways(shares, day):
    both = residents_in_both(day)
    expected = {}
    for (board, council), people in both.items():
        for whole, part in ((board, council), (council, board)):
            all_of_it = sum(count for pair, count in both.items() if whole in pair)
            expected[whole, part] = (people, people / all_of_it)
    found = {
        (row["from_code"], row["to_code"]): (float(row["population"]), row["share"])
        for row in shares
        if (row["basis"], row["valid_from"]) == ("residents", day)
    }
    assert set(found) == set(expected)
    for key, (people, share) in expected.items():
        assert found[key] == (pytest.approx(people, abs=1e-3), pytest.approx(share, abs=1e-7)), key


def test_small_areas_are_counted(shares):
    found = {
        (row["from_code"], row["to_code"]): (row["small_areas"], row["share"])
        for row in shares
        if (row["basis"], row["valid_from"]) == ("small_areas", JUNE_2024)
    }
    assert found == {
        ("E54A", "E10C"): (4, 0.8), ("E54A", "E06U"): (1, 0.2), ("E54B", "E10C"): (1, 0.5), ("E54B", "E06U"): (1, 0.5),
        ("E10C", "E54A"): (4, 0.8), ("E10C", "E54B"): (1, 0.2), ("E06U", "E54A"): (1, 0.5), ("E06U", "E54B"): (1, 0.5),
    }  # fmt: skip


def test_shares_of_a_whole_add_up_to_one_and_a_day_ends_where_the_next_begins(shares):
    wholes = defaultdict(float)
    for row in shares:
        wholes[row["from_code"], row["basis"], row["valid_from"]] += row["share"]
        if row["basis"] != "published_together":
            assert row["valid_to"] == (date(2024, 6, 29) if row["valid_from"] == JUNE_2023 else None)
    assert len(wholes) == 2 * 2 * 4 + 4
    assert all(total == pytest.approx(1, abs=1e-8) for total in wholes.values())


def test_councils_that_are_printed_as_one(shares):
    together = {row["from_code"]: row["to_code"] for row in shares if row["basis"] == "published_together"}
    assert together["E06000052"] == together["E06000053"] != together["E09000012"] == together["E09000001"]


# --- codes and years ----------------------------------------------------------------------------------------------


def seed(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DBT_PROJECT / "seeds" / f"{name}.csv").read_text("utf-8").splitlines()))


def test_a_code_that_was_reused_in_2023_means_another_measure():
    meaning = defaultdict(set)
    for row in seed("ascof_code_of_framework"):
        meaning[row["code"], row["framework"]].add(row["measure"])
    for code in ("2A", "2B", "2C", "2D"):
        before, after = meaning[code, "to 2022-23"], meaning[code, "from 2023-24"]
        assert before, code
        assert after, code
        assert not before & after, code


def test_no_metric_has_codes_of_both_frameworks_but_one_whose_code_stayed():
    """bcf_01 and its like are other versions on either side of 2023, so that nothing joins a code across it."""
    frameworks = defaultdict(set)
    for row in seed("ascof_code_of_framework"):
        if row["metric_key"]:
            frameworks[row["metric_key"]].add((row["framework"], row["code"]))
    across = {key for key, found in frameworks.items() if len({framework for framework, _ in found}) > 1}
    assert across == {"bcf_08.v1"}
    assert {code for _, code in frameworks["bcf_08.v1"]} == {"1A"}


def test_each_policy_year_has_its_metrics_and_every_metric_a_definition():
    known = {metric.key for metric in catalogue().metrics}
    years = defaultdict(set)
    for row in seed("bcf_metric_set_of_year"):
        years[row["policy_year"]].add(f"{row['metric_id']}.v{row['definition_version']}" if row["metric_id"] else "")
    assert list(years) == [f"{year}-{(year + 1) % 100:02}" for year in range(2014, 2027)]
    assert set.union(*years.values()) - {""} <= known
    assert [year for year, metrics in years.items() if metrics == {""}] == ["2020-21", "2026-27"]
    assert years["2023-24"] == {"bcf_01.v2", "bcf_02.v1", "bcf_11.v1", "bcf_13.v1", "bcf_14.v1"}


def test_no_year_has_a_version_of_before_and_one_of_after_2023():
    later = {"bcf_01.v2", "bcf_01.v3", "bcf_02.v2", "bcf_03.v2", "bcf_06.v2", "bcf_07.v2"}
    for row in seed("bcf_metric_set_of_year"):
        key = f"{row['metric_id']}.v{row['definition_version']}"
        assert key not in later or row["policy_year"] >= "2023-24", row
