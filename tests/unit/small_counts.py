"""A small internal metric_value and what the open part shows of it: counts by area and group, profiles of the product.

Belongs here: making the tables that masks and attack read. Does not belong here: what is expected of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline import duck
from pipeline.catalogue.load import Catalogue, load_profiles
from pipeline.catalogue.metric import Metric
from pipeline.publish import attack, disclosure

START, END = "2025-01-01", "2025-03-31"
COLUMNS = (
    "metric_key varchar, area_code varchar, area_type varchar, period_start date, period_end date, period_type varchar,"
    " breakdown_type varchar, breakdown_value varchar, source varchar, numerator decimal(18, 4), denominator decimal(18, 4),"
    " value double, lower_95 double, upper_95 double, lower_998 double, upper_998 double, method varchar, value_status varchar,"
    " value_published decimal(18, 6), release_id varchar"
)


def metric(key: str, method: str = "count", disclosure: str = "local", **more) -> Metric:
    metric_id, version = key.split(".v")
    words = {"numerator": f"numerator of {key}", "denominator": "" if method == "count" else f"denominator of {key}"}
    return Metric(**{
        "metric_id": metric_id, "definition_version": int(version), "name": key, "theme": "employment_skills",
        "definition": "a metric that a test made", "unit": "count", "direction": "context", "method": method, "source": "lx",
        "geographies": ("icb",), "cadence": "quarterly", "disclosure": disclosure, "proof_grade": "D",
        "proof": "none: a test made it", **words, **more,
    })  # fmt: skip


def catalogue_of(*metrics: Metric) -> Catalogue:
    return Catalogue({}, tuple(metrics), {}, load_profiles())


def connection(rows: Iterable[dict], part_of: Iterable[tuple[str, str]] = ()):
    """A run database with internal.metric_value and links between areas. Of a row only what differs from the usual is given."""
    con = duck.connect()
    con.execute("create schema internal; create schema disclosure; create schema intermediate; create schema reference")
    con.execute(f"create table internal.metric_value ({COLUMNS})")
    names = [part.split()[0] for part in COLUMNS.replace("(18, 4)", "").replace("(18, 6)", "").split(", ")]
    usual = {
        "area_code": "Q1", "area_type": "icb", "period_start": START, "period_end": END, "period_type": "quarter",
        "breakdown_type": "none", "breakdown_value": "all", "source": "lx", "method": "count", "value_status": "exact",
        "release_id": "lx/r/1",
    }  # fmt: skip
    con.executemany(
        f"insert into internal.metric_value values ({', '.join('?' * len(names))})",
        [[{**usual, **row}.get(name) for name in names] for row in rows],
    )
    con.execute(
        "create table intermediate.int_area_part_of (area_code varchar, parent_code varchar, span_from date, span_to date)"
    )
    con.execute(
        "create table reference.area_link (link_type varchar, from_area_code varchar, to_area_code varchar, valid_from date, valid_to date)"
    )
    for child, parent in part_of:
        con.execute(
            "insert into intermediate.int_area_part_of values (?, ?, '1900-01-01', '9999-12-31')", [child, parent]
        )
        con.execute("insert into reference.area_link values ('part_of', ?, ?, null, null)", [child, parent])
    return con


def disclosed(con, known: Catalogue) -> dict[tuple, tuple]:
    """Writes the mask and marts.metric_value as it shows; (metric, area, start, type, value) -> (status, numerator, denominator)."""
    disclosure.write_masks(con, {"metric_value": attack.KEY}, known)
    con.execute("create schema if not exists marts")
    con.execute(f"create or replace table marts.metric_value as select * from {disclosure.AS_SHOWN}")
    rows = con.execute(
        "select metric_key, area_code, period_start::varchar, breakdown_type, breakdown_value, value_status, numerator, denominator"
        " from marts.metric_value"
    ).fetchall()
    return {row[:5]: row[5:] for row in rows}


def attacked(con, known: Catalogue) -> list[attack.Found]:
    """What an outsider works out from marts.metric_value and reference.area_link of `con`."""
    system = attack.build(con, known, "marts.metric_value", attack.part_of_links(con, "reference.area_link"))
    return attack.found(system, attack.narrow(system))
