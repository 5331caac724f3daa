"""The warning on the sizes of networks and places: bounds from the facts of a report, both ends of each, fictional ones left out."""

from __future__ import annotations

import duckdb
import pytest

from pipeline.settings import DBT_PROJECT
from tests.rendered import rendered

SQL = rendered((DBT_PROJECT / "tests" / "warn_place_size_out_of_scale.sql").read_text("utf-8")).sql


def found(networks: dict[str, int], origin: str = "real", with_facts: bool = True) -> set[str]:
    con = duckdb.connect(config={"threads": 1})
    con.execute("create schema catalogue")
    con.execute("create table catalogue.release as select 'r' as release_id, ? as origin", [origin])
    con.execute("create table place_fact (fact_id varchar, measure varchar, value decimal(18, 6))")
    if with_facts:
        con.execute(
            "insert into place_fact values ('pl_01', 'community population, low', 7000),"
            " ('pl_01', 'neighbourhood population, maximum', 50000), ('pl_01', 'place population, typical low', 250000),"
            " ('pl_01', 'place population, maximum', 1200000), ('pl_02', 'place population, maximum', 9)"
        )
    con.execute(
        "create table place_member as select 'local:x:p' as place_code, 'U' || n as member_code from range(1, 40) as t (n)"
    )
    con.execute(
        "create table metric_value (metric_key varchar, area_type varchar, breakdown_type varchar, release_id varchar, area_code varchar,"
        " period_end date, numerator decimal(18, 4))"
    )
    for code, patients in networks.items():
        for day, people in (("2025-11-01", 1), ("2025-12-01", patients)):
            con.execute(
                "insert into metric_value values ('pc_50.v1', 'pcn', 'none', 'r', ?, ?, ?)", [code, day, people]
            )
    return {code for code, *_ in con.execute(SQL).fetchall()}


@pytest.mark.parametrize(
    ("networks", "out_of_scale"),
    [
        ({f"U{n}": 40_000 for n in range(1, 9)}, set()),
        ({f"U{n}": 40_000 for n in range(1, 9)} | {"U9": 50_001, "U10": 6_999}, {"U9", "U10"}),
        ({"U1": 50_000, "U2": 7_000}, {"local:x:p"}),
        ({f"U{n}": 50_000 for n in range(1, 26)}, {"local:x:p"}),
        ({"V1": 50_000}, set()),
    ],
)
def test_both_ends_of_both_bands(networks, out_of_scale):
    assert found(networks) == out_of_scale


def test_fictional_networks_and_an_archive_without_the_report_raise_nothing():
    assert found({"U1": 900_000}, origin="synthetic") == set()
    assert found({"U1": 900_000}, with_facts=False) == set()
