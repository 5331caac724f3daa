"""Small tables in the form of open marts, and models run over them in one in-memory DuckDB."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from datetime import date

from pipeline import duck
from tests.rendered import model

METRIC_VALUE = {
    "metric_key": "varchar", "area_key": "varchar", "period_key": "varchar", "period_start": "date", "period_end": "date",
    "period_type": "varchar", "area_code": "varchar", "area_name": "varchar", "area_type": "varchar",
    "breakdown_type": "varchar", "breakdown_value": "varchar", "numerator": "decimal(18,4)", "denominator": "decimal(18,4)",
    "value": "double", "unit": "varchar", "lower_95": "double", "upper_95": "double", "lower_998": "double",
    "upper_998": "double", "method": "varchar", "source": "varchar",
}  # fmt: skip
METRIC = {"metric_key": "varchar", "direction": "varchar", "per": "bigint", "target_value": "decimal(18,4)"}
OTHERS = {
    "spc_rebase": {
        "metric_key": "varchar", "area_code": "varchar", "rebase_from": "date", "reason": "varchar",
        "decided_by": "varchar", "decided_on": "date",
    },
    "area": {
        "area_code": "varchar", "area_name": "varchar", "area_type": "varchar", "valid_from": "date", "valid_to": "date",
    },
    "int_area_ancestor": {
        "area_code": "varchar", "ancestor_code": "varchar", "span_from": "date", "span_to": "date",
    },
    "council_neighbour": {
        "area_code": "varchar", "neighbour_code": "varchar", "neighbour_rank": "integer", "neighbours_source": "varchar",
    },
    "stg_dfe_local_authorities_neighbours": {
        "dfe_number": "integer", "authority_name": "varchar", "neighbour_rank": "integer", "neighbour_number": "integer",
    },
}  # fmt: skip


def months(year: int, month: int, count: int) -> list[tuple[date, date]]:
    """First and last days of `count` months from one on."""
    found = []
    for number in range(year * 12 + month - 1, year * 12 + month - 1 + count):
        first = date(number // 12, number % 12 + 1, 1)
        found.append((first, first.replace(day=calendar.monthrange(first.year, first.month)[1])))
    return found


def values(rows: Iterable[Mapping]) -> list[dict]:
    """Rows of metric_value: `period` as (first, last) and what differs from a monthly percentage of one area."""
    whole = []
    for row in rows:
        start, end = row["period"]
        one = {
            "metric_key": "m_01.v1", "period_start": start, "period_end": end, "period_key": f"{start}/{end}",
            "period_type": "month", "area_code": "A", "area_type": "icb", "breakdown_type": "none",
            "breakdown_value": "all", "unit": "percent", "method": "wilson", "source": "made_up", **row,
        }  # fmt: skip
        del one["period"]
        one.setdefault("area_key", one["area_code"])
        one.setdefault("area_name", f"Area {one['area_code']}")
        whole.append(one)
    return whole


def run_model(
    path: str,
    metric_value: list[dict],
    *,
    directions: Mapping[str, str],
    per: int = 1,
    target: float | None = None,
    **others: list[dict],
) -> list[dict]:
    """The rows of the model at `path` over metric_value (and metric_latest, all of it), the directions of its metrics, and other tables."""
    con = duck.connect()
    try:
        _table(con, "metric_value", METRIC_VALUE, metric_value)
        con.execute("create view metric_latest as select * from metric_value")
        metric = [
            {"metric_key": key, "direction": direction, "per": per, "target_value": target}
            for key, direction in directions.items()
        ]
        _table(con, "metric", METRIC, metric)
        for name, columns in OTHERS.items():
            _table(con, name, columns, others.get(name, []))
        found = con.execute(model(path).sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        con.close()


def _table(con, name: str, columns: Mapping[str, str], rows: list[dict]) -> None:
    con.execute(f"create table {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
    if rows:
        lists = [[row.get(column) for row in rows] for column in columns]
        unnested = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
        con.execute(f"insert into {name} select {unnested}", lists)
