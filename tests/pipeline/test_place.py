"""Metrics of primary care at place of the sample, held against counting in plain Python, and the facts and verdicts of its extracts.

The oracle reads practices, posts and rows as the sample's generators have them; it shares no code with the models.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipeline.publish.current import open_part
from pipeline.sample import primary_care, world
from pipeline.sample.geography import ICBS
from pipeline.sample.local_extracts import COUNTY
from pipeline.settings import PROJECT_ROOT
from tests.pipeline.theme_oracle import COUNTRY, ICB, REGION, cells_of, extracts_of, of_metrics

NOVEMBER, DAY = "2025-11-30", "2025-11-30"
CURRENT_ICBS = {"QZ1": "E54999001", "QZ2": "E54999002", "QZ3": "E54999004"}
OUTCOMES = {
    "emergency_admissions": "pl_10", "falls": "pl_11", "ambulance_callouts": "pl_12", "ambulance_callouts_avoided": "pl_13",
    "short_term_bed_stays": "pl_14", "community_contacts": "pl_15", "ae_attendances": "pl_16",
}  # fmt: skip
# Group of staff -> metric; of GPs version -> which roles are left out.
OF_GROUP = {"Nurses": "pc_10", "Direct Patient Care": "pc_11", "Admin/Non-Clinical": "pc_12"}
OF_GPS = {2: (), 3: ("training",), 4: ("locum",), 5: ("training", "locum")}


@pytest.fixture(scope="module")
def held(sample_run):
    metrics = ["pc_01", "pc_02", "pc_03", "pc_04", "pc_08", "pc_09", "pc_10", "pc_11", "pc_12", "pc_13", "pc_26"]
    found = cells_of(sample_run[1], metrics + sorted(OUTCOMES.values()))
    # Places that the system declares are held against their own oracle (test_neighbourhoods.py).
    return {key: parts for key, parts in found.items() if not key[2].startswith("local:qz1:")}


@pytest.fixture(scope="module")
def marts(sample_run):
    con = open_part(sample_run[1].folder, "open")
    yield con
    con.close()


def areas_above(practice: world.Practice) -> list[str]:
    return [practice.location.ons_code, CURRENT_ICBS[practice.icb.code], REGION, COUNTRY]


def areas_of(practice: world.Practice, day: date) -> list[str]:
    network = practice.network(day)
    return [practice.code, *([network.code] if network else []), *areas_above(practice)]


class Sums:
    """Numerators and denominators by cell."""

    def __init__(self) -> None:
        self.above: dict[tuple, Decimal] = defaultdict(Decimal)
        self.below: dict[tuple, Decimal] = defaultdict(Decimal)

    def add(
        self,
        metric: str,
        version: int,
        area: str,
        amount,
        groups: dict[str, str] | None = None,
        below: bool = False,
        day: str = NOVEMBER,
    ):
        for kind, value in {"none": "all", **(groups or {})}.items():
            (self.below if below else self.above)[metric, version, area, day, kind, value] += Decimal(amount)

    def cells(self) -> dict:
        cells = set(self.above) | {cell for cell in self.below if (*cell[:4], "none", "all") in self.above}
        return {cell: (self.above.get(cell, Decimal(0)), self.below.get(cell)) for cell in cells}


def test_ratings_are_those_of_the_practices(held):
    sums = Sums()
    for practice in primary_care.practices(primary_care.DAY):
        rating = primary_care.rating_of(practice)
        for area in areas_of(practice, primary_care.DAY):
            sums.add("pc_03", 2, area, 1, {"cqc_rating": rating or "Unrated"})
            if area == practice.code:
                continue
            sums.add("pc_02", 2, area, 1, below=True)
            if rating:
                sums.add("pc_02", 3, area, 1, below=True)
            if rating in ("Good", "Outstanding"):
                sums.add("pc_02", 2, area, 1)
                sums.add("pc_02", 3, area, 1)
    expected = sums.cells()
    found = of_metrics(held, ("pc_02", 2), ("pc_02", 3), ("pc_03", 2))
    assert found == expected
    # Some are unrated, so that the two shares are two.
    (two, three) = (found["pc_02", version, ICB, DAY, "none", "all"] for version in (2, 3))
    assert two[0] == three[0]
    assert two[1] > three[1]


def test_practices_and_networks_are_counted(held):
    for day in (date(2025, 6, 1), date(2025, 11, 1)):
        counted: dict[str, int] = defaultdict(int)
        for practice in primary_care.practices(day):
            for area in areas_of(practice, day)[1:]:
                counted[area] += 1
        found = {cell[2]: parts[0] for cell, parts in of_metrics(held, ("pc_01", 2)).items() if cell[3] == str(day)}
        assert found == {area: Decimal(number) for area, number in counted.items()}
    networks = {
        icb.code: sum(len(world.networks(primary_care.SEED, location)) for location in icb.locations) for icb in ICBS
    }
    found = {cell[2]: parts[0] for cell, parts in of_metrics(held, ("pc_04", 2)).items() if cell[3] == "2026-02-28"}
    assert found[COUNTRY] == sum(networks.values())
    assert {code: found[area] for code, area in CURRENT_ICBS.items()} == networks


def is_of(role: str, left_out: tuple[str, ...]) -> bool:
    return not any(word in role.lower() for word in left_out)


def test_staff_is_that_of_the_posts(held):
    sums, lists = Sums(), primary_care.lists()
    for practice in primary_care.practices(primary_care.CENSUS):
        code, above, patients = practice.code, areas_above(practice), lists[practice.code]
        missing, posts = primary_care.withheld(practice), list(primary_care.posts_of(practice))
        network = practice.network(primary_care.CENSUS)
        # metric, versions of full times and rate, posts, whether the practice gave them
        counted = [("pc_08", 2, 3, posts, not missing)]
        counted += [
            ("pc_09", v, v + 4, [p for p in posts if p[0] == "GP" and is_of(p[1], out)], True)
            for v, out in OF_GPS.items()
        ]
        counted += [
            (metric, 2, 3, [p for p in posts if p[0] == group], group != missing) for group, metric in OF_GROUP.items()
        ]
        for metric, full, rate, mine, was_given in counted:
            times = Decimal(sum(post[4] for post in mine)) / 100
            for area in above:
                sums.add(metric, full, area, times)
                sums.add(metric, rate, area, times)
                sums.add(metric, rate, area, patients, below=True)
            if was_given:
                sums.add(metric, full, code, times)
                for area in [code, *([network.code] if network else [])]:
                    sums.add(metric, rate, area, times)
                    sums.add(metric, rate, area, patients, below=True)
    expected = sums.cells()
    found = of_metrics(held, *{cell[:2] for cell in expected})
    assert found == expected
    # A practice that gave no nurses has no number of them and no sum, and its area has both.
    silent = next(one for one in primary_care.practices(primary_care.CENSUS) if primary_care.withheld(one))
    assert (
        not {("pc_08", 2, silent.code, NOVEMBER, "none", "all"), ("pc_10", 2, silent.code, NOVEMBER, "none", "all")}
        & held.keys()
    )
    of_practices = sum(
        parts[0] for cell, parts in found.items() if cell[:2] == ("pc_10", 2) and cell[2].startswith("Z")
    )
    assert of_practices < found["pc_10", 2, COUNTRY, NOVEMBER, "none", "all"][0]


def test_staff_of_networks_is_that_of_their_rows(held):
    for month, day in ((primary_care.YEAR_BEFORE, "2024-11-30"), (primary_care.CENSUS, NOVEMBER)):
        sums = Sums()
        for practice, network, (source, group, role, _), hundredths in primary_care.network_posts(month):
            if group == "Other Direct Patient Care staff":
                kind = "employed" if source == "NWRS Staff" else "contracted service"
                for area in [network.code, *areas_above(practice)]:
                    sums.add(
                        "pc_13", 2, area, Decimal(hundredths) / 100, {"staff_role": role, "employment": kind}, day=day
                    )
        found = {cell: parts for cell, parts in of_metrics(held, ("pc_13", 2)).items() if cell[3] == day}
        # In 2024 the third ICB had the code it had before.
        assert found == sums.cells()


def test_pathways_open_to_self_referral(held):
    (extract,) = extracts_of("lx_21_self_referral")
    sums = Sums()
    for row in extract.filled():
        for area in [ICB, row["place_code"], COUNTY]:
            sums.add("pc_26", 1, area, 1, {"service": row["service"]}, below=True)
            if row["self_referral_open"] == "yes":
                sums.add("pc_26", 1, area, 1, {"service": row["service"]})
    assert of_metrics(held, ("pc_26", 1)) == sums.cells()


def test_outcomes_are_those_of_the_extract(held):
    sums = Sums()
    for extract in primary_care.EXTRACTS:
        day = {"2025-11": NOVEMBER, "2024-11": "2024-11-30"}[extract.period]
        for row in extract.filled():
            metric, groups = (
                OUTCOMES[row["measure"]],
                {} if row["age_group"] == "all" else {"age_group": row["age_group"]},
            )
            area = row["area_code"]
            for version, column in ((1, "events"), (2, "events"), (3, "people")):
                if row[column] == "[x]" or (version == 2 and not row["population"]):
                    continue
                sums.add(metric, version, area, 0 if row[column] == "*" else row[column], groups, day=day)
                if version == 2:
                    sums.add(metric, 2, area, row["population"], groups, below=True, day=day)
    assert (
        of_metrics(held, *((metric, version) for metric in OUTCOMES.values() for version in (1, 2, 3))) == sums.cells()
    )


def test_the_open_part_hides_small_numbers_and_shows_others(marts):
    by_status = dict(
        marts.execute(
            "select value_status, count(*) from marts.metric_value where metric_id between 'pl_10' and 'pl_16' group by 1"
        ).fetchall()
    )
    assert set(by_status) == {"rounded", "suppressed"}
    shown = marts.execute(
        "select count(distinct metric_key), bool_and(numerator % 5 = 0) from marts.metric_value"
        " where metric_id between 'pl_10' and 'pl_16' and value_status = 'rounded'"
    ).fetchone()
    assert shown == (21, True)


def verdicts(marts: duckdb.DuckDBPyConnection, kind: str) -> dict[tuple, tuple]:
    rows = marts.execute(
        "select metric_id, period_end::varchar, verdict, compared_with, possible_fractions from marts.place_measure_check"
        " where check_kind = ? and metric_id is not null and area_code not like 'E40%'",
        [kind],
    ).fetchall()
    return {row[:2]: row[2:] for row in rows}


def test_what_cannot_be_is_found(marts):
    found = verdicts(marts, "denominator")
    impossible = {key[0]: value[1:] for key, value in found.items() if value[0] == "cannot be"}
    assert impossible == {
        "pc_36": (Decimal(177), "16/23; near: 112/161 128/184"), "pc_41": (Decimal(177), "163/182; near: 163/182"),
    }  # fmt: skip
    assert found["pc_02", "2025-01-31"][0] == "fits"
    assert found["pc_27", "2024-09-30"][:2] == ("no denominator", None)
    assert verdicts(marts, "unrated in the denominator") == {
        ("pc_02", "2025-01-31"): ("depends on the denominator", Decimal(156), None)
    }


def test_sums_changes_and_scores_are_judged(marts):
    assert {key: value[:2] for key, value in verdicts(marts, "sum of parts").items()} == {
        ("pc_01", "2025-01-31"): ("agrees", Decimal(177)), ("pc_04", "2025-01-31"): ("agrees", Decimal(43)),
        ("pc_08", "2023-11-30"): ("agrees", Decimal(4562)), ("pc_08", "2024-11-30"): ("agrees", Decimal(4802)),
    }  # fmt: skip
    changes = {key[0]: value[:2] for key, value in verdicts(marts, "change").items() if key[0] != "pc_07"}
    assert changes == {
        "pc_08": ("agrees", Decimal(240)), "pc_09": ("agrees", Decimal(7)), "pc_10": ("agrees", Decimal(32)),
        "pc_11": ("agrees", Decimal(57)), "pc_12": ("agrees", Decimal(144)),
    }  # fmt: skip
    scores = {key[0]: (value[0], value[2]) for key, value in verdicts(marts, "score").items()}
    parts = {"pc_43": "7/8", "pc_44": "1/8", "pc_45": "4/8", "pc_46": "4/8", "pc_47": "6/8"}
    assert scores == {metric: ("inferred", fraction) for metric, fraction in parts.items()}
    (units,) = marts.execute(
        "select explanation from marts.place_measure_check where check_kind = 'unit of the denominator'"
    ).fetchall()
    assert "43409 consultations are set against 107458 referrals (40.4%)" in units[0]
    assert "64049" in units[0]


def test_facts_are_no_metrics_and_have_their_bounds(marts):
    facts = marts.execute(
        "select fact_id, measure, value, bound from marts.place_fact where fact_id is not null"
    ).fetchall()
    assert {fact for fact, *_ in facts} == {
        "pc_14", "pc_15", "pc_16", "pc_17", "pc_18", "pc_19", "pc_20", "pc_23", "pc_37", "pc_38", "pc_39", "pc_40", "pc_49",
        "pl_01", "pl_02", "pl_03", "pl_04", "pl_05", "pl_06", "pl_07", "pl_08",
    }  # fmt: skip
    bounds = {(fact, value): bound for fact, _, value, bound in facts}
    assert bounds["pl_02", 100] == "lower bound"
    assert bounds["pl_07", 14] == "upper bound"
    assert bounds["pl_01", 1_200_000] == "upper bound"
    assert bounds["pl_05", 160] == "approximate"
    metrics = {one for (one,) in marts.execute("select metric_id from reference.metric").fetchall()}
    assert not metrics & {fact for fact, *_ in facts}


def test_the_queries_of_the_page_answer(marts):
    page = (PROJECT_ROOT / "docs" / "explanation" / "place.md").read_text("utf-8")
    verdicts_of_page, four_grounds = (
        marts.execute(query).fetchall() for query in re.findall(r"```sql\n(.*?)```", page, re.S)
    )
    assert {row[3] for row in verdicts_of_page} >= {
        "cannot be",
        "depends on the denominator",
        "another unit",
        "inferred",
        "no base",
    }
    # Of each network growth, staff and access; of each council deprivation.
    assert all(None not in (row[1], row[3], row[4]) for row in four_grounds if row[2] is None)
    assert any(row[2] is not None for row in four_grounds)
    assert len([row for row in four_grounds if row[2] is None]) == 26
