"""The warning on the sizes of declared neighbourhoods and places: both ends of both bands, declared ones alone."""

from __future__ import annotations

import duckdb
import pytest

from pipeline.settings import DBT_PROJECT
from tests.rendered import rendered

SQL = rendered((DBT_PROJECT / "tests" / "warn_place_scale.sql").read_text("utf-8")).sql


def found(patients: int, level: str, declared: bool = True) -> set[str]:
    con = duckdb.connect(config={"threads": 1})
    con.execute(
        "create table int_gp_list_size_period (area_code varchar, extract_date date, breakdown_type varchar, patients integer)"
    )
    # An older list and a group of the list, which say nothing on the scale.
    con.execute(
        "insert into int_gp_list_size_period values ('local:x:p', '2025-11-01', 'none', 1), ('local:x:p', '2025-12-01', 'sex', 1),"
        " ('local:x:p', '2025-12-01', 'none', ?)",
        [patients],
    )
    con.execute("create table int_place_member (place_code varchar, level varchar, is_declared boolean)")
    con.execute("insert into int_place_member select 'local:x:p', ?, ? from range(2)", [level, declared])
    return {code for code, *_ in con.execute(SQL).fetchall()}


@pytest.mark.parametrize(("level", "least", "most"), [("neighbourhood", 7_000, 50_000), ("place", 250_000, 1_200_000)])
def test_both_ends_of_both_bands(level, least, most):
    assert found(least, level) == found(most, level) == set()
    assert found(least - 1, level) == found(most + 1, level) == {"local:x:p"}


def test_what_no_one_declared_raises_nothing():
    assert found(1, "place", declared=False) == set()
