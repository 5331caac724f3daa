"""Column lineage of SQL: what each column is made from, and that SQL which cannot be followed is said and not guessed."""

from __future__ import annotations

import pytest

from pipeline.audit.lineage import column_lineage, source_columns
from pipeline.catalogue.load import catalogue
from pipeline.errors import Fault

TABLES = {"raw.a": ["id", "x", "y"], "raw.b": ["id", "z", "y"]}


def of(sql: str, **models: str) -> dict[str, tuple]:
    return column_lineage({"m.one": sql} | {name.replace("__", "."): text for name, text in models.items()}, TABLES)[
        "m.one"
    ]


def a(column: str) -> tuple[str, str]:
    return "raw.a", column


def b(column: str) -> tuple[str, str]:
    return "raw.b", column


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select id, x + y as s from raw.a", {"id": (a("id"),), "s": (a("x"), a("y"))}),
        ("select * from raw.a", {"id": (a("id"),), "x": (a("x"),), "y": (a("y"),)}),
        ('select ID as "Id" from "build"."raw"."a"', {"id": (a("id"),)}),
        # what filters, joins or groups is no part of a value
        ("select a.x from raw.a join raw.b using (id) where b.z > 1", {"x": (a("x"),)}),
        ("select a.y as ay, b.y as b_y from raw.a join raw.b on a.id = b.id", {"ay": (a("y"),), "b_y": (b("y"),)}),
        ("select sum(x) filter (y > 0) as s, count(*) as n, 'a' as k from raw.a group by all",
         {"s": (a("x"), a("y")), "n": (), "k": ()}),
        ("select case when y then x end as c from raw.a", {"c": (a("x"), a("y"))}),
        # CTEs, stars that leave out or replace
        ("with c as (select id, x as v from raw.a), d as (select * from c) select v from d", {"v": (a("x"),)}),
        ("select * exclude (x) replace (y || 'z' as y) from raw.a", {"id": (a("id"),), "y": (a("y"),)}),
        ("select i.* replace (coalesce(m.z, i.x) as x) from raw.a as i left join raw.b as m on m.id = i.id",
         {"id": (a("id"),), "x": (a("x"), b("z")), "y": (a("y"),)}),
        # columns of a UNION meet by place, or by name
        ("select id, x from raw.a union all select z, y from raw.b", {"id": (a("id"), b("z")), "x": (a("x"), b("y"))}),
        ("select id, x from raw.a union all by name select z as x, id from raw.b",
         {"id": (a("id"), b("id")), "x": (a("x"), b("z"))}),
        ("select id, x from raw.a union all by name select z from raw.b", {"id": (a("id"),), "x": (a("x"),), "z": (b("z"),)}),
        ("select id from raw.a union all select id from raw.b union all select x from raw.a", {"id": (a("id"), a("x"), b("id"))}),
        # subqueries
        ("select s.v from (select x as v from raw.a) as s", {"v": (a("x"),)}),
        ("select (select max(z) from raw.b where b.id = a.id) as m from raw.a", {"m": (b("z"),)}),
        ("select v.n from raw.a cross join (values (1), (2)) as v (n)", {"n": ()}),
        ("select x, row_number() over (partition by id order by y) as r from raw.a qualify r = 1",
         {"x": (a("x"),), "r": (a("id"), a("y"))}),
        ("with recursive up as (select id, x from raw.a union all select b.id, up.x from up join raw.b on b.z = up.id) select * from up",
         {"id": (a("id"), b("id")), "x": (a("x"),)}),
    ],
)  # fmt: skip
def test_a_column_is_made_from(sql, expected):
    assert of(sql) == expected


def test_a_model_names_its_direct_parents_in_whatever_order_models_come():
    found = column_lineage(
        {"m.three": "select w from m.two", "m.two": "select *, x as w from m.one", "m.one": "select id, x from raw.a"},
        TABLES,
    )
    assert found["m.three"] == {"w": (("m.two", "w"),)}
    assert found["m.two"] == {"id": (("m.one", "id"),), "x": (("m.one", "x"),), "w": (("m.one", "x"),)}


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select from where", "cannot be parsed"),
        ("select x from raw.c", "raw.c, whose columns are not known"),
        ("select missing from raw.a", "cannot be told"),
        ("select y from raw.a join raw.b on a.id = b.id", "cannot be told"),
    ],
)
def test_what_cannot_be_followed_is_said_with_the_model(sql, words):
    with pytest.raises(Fault, match=words) as fault:
        of(sql)
    assert str(fault.value).startswith("m.one: ")


def test_models_in_a_circle_are_said():
    with pytest.raises(Fault, match="circle"):
        column_lineage({"m.one": "select x from m.two", "m.two": "select x from m.one"}, {})


def test_what_stands_before_dbt_has_columns():
    columns = source_columns(catalogue(), {"mart": ["key_1", "key_2"]})
    assert columns["disclosure.mart"] == ["key_1", "key_2", "mask_status"]
    for contract, table in catalogue().tables():
        assert columns[f"bronze.{contract.dataset}__{table.name}"][:3] == ["release_id", "member", "source_row"]
    assert "metric_key" in columns["catalogue.metric"]
