"""Places and neighbourhoods of an ICS side by side, as page and workbook show them.

Belongs here: reading marts.neighbourhood_profile for the home area, and its rows in the order of places and what lies in them.
Does not belong here: comparing, ranking or choosing a period (the mart's), the layout.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from pipeline.publish.home import PATIENTS, Home, select
from pipeline.publish.practices import PRACTICE_RATE
from pipeline.publish.words import ours, status_words

# What the page shows, where the edition has it: the size first. The workbook has every metric.
CHOSEN = (PATIENTS, PRACTICE_RATE, "pc_06.v3", "pc_53.v1")
IN_NO_PLACE = "none"
MODEL_WORDS = {"nested": "nested place", "hub_and_spoke": "hub and spoke"}

PROFILE_SQL = """
select *
from marts.neighbourhood_profile
where icb_code = $home
order by level desc, model desc nulls last, area_name, area_code, place_name nulls last, place_code, metric_key
"""


def profile(con, home: Home) -> list[dict]:
    """Every row of the profile for the home area: places first, then neighbourhoods."""
    return select(con, PROFILE_SQL, home=home.code)


def strips(con, home: Home) -> dict | None:
    """The chosen metrics of each place and of the networks and neighbourhoods in it; None where the edition has none.

    `metrics` are in the order of CHOSEN, with name, unit, direction, the period of most areas and the value of the ICS; `groups` one a
    place, and one of those in none, each with rows of `cells` in the order of the metrics (None: no figure).
    """
    # Wards have few of the metrics and are many: they stand in the workbook.
    rows = [row for row in profile(con, home) if row["metric_key"] in CHOSEN and row["area_type"] != "ward"]
    if not rows:
        return None
    metrics = [_metric(key, [row for row in rows if row["metric_key"] == key]) for key in CHOSEN]
    metrics = [metric for metric in metrics if metric]
    groups = []
    for code in dict.fromkeys([row["area_code"] for row in rows if row["level"] == "place"] + [IN_NO_PLACE]):
        own = [row for row in rows if row["area_code"] == code]
        inside = [row for row in rows if row["place_code"] == code and row["level"] == "neighbourhood"]
        if own or inside:
            groups.append(
                {
                    "name": own[0]["area_name"] if own else "In no declared place",
                    "model": MODEL_WORDS.get(own[0]["model"], "") if own else "",
                    "is_overlapping": bool(own) and own[0]["is_overlapping"],
                    "place": _line(own, metrics) if own else None,
                    "rows": [
                        _line([row for row in inside if row["area_code"] == area], metrics)
                        for area in dict.fromkeys(row["area_code"] for row in inside)
                    ],
                }
            )
    return {"metrics": metrics, "groups": groups, "has_places": any(group["place"] for group in groups)}


def _metric(key: str, rows: list[dict]) -> dict | None:
    if not rows:
        return None
    (period, _), *_ = Counter((row["period_start"], row["period_end"]) for row in rows).most_common()
    known = (row["icb_value"] for row in rows if row["icb_value"] is not None and _period(row) == period)
    first = rows[0]
    return {
        "key": key, "name": first["metric_name"], "unit": first["unit"], "direction": first["direction"],
        "period": period, "source": first["source"], "icb_value": next(known, None),
    }  # fmt: skip


def _period(row: dict) -> tuple[date, date]:
    return row["period_start"], row["period_end"]


def _line(rows: list[dict], metrics: list[dict]) -> dict:
    """One area with a cell for each metric. A neighbourhood of several places has the same figures in each of them."""
    by_metric = {row["metric_key"]: row for row in rows}
    return {
        "code": rows[0]["area_code"],
        "name": rows[0]["area_name"],
        "cells": [_cell(by_metric.get(metric["key"]), metric) for metric in metrics],
    }


def _cell(row: dict | None, metric: dict) -> dict | None:
    if row is None:
        return None
    return {
        "figure": figure(row),
        "verdict": row["icb_verdict"],
        "rank": f"{row['rank_in_icb']} of {row['ranked_in_icb']}"
        if row["rank_in_icb"] and row["ranked_in_icb"] > 1
        else "",
        "other_period": _period(row) if _period(row) != metric["period"] else None,
    }


def figure(row: dict) -> str:
    """The value in words, or why there is none. A count of things needs no unit: the heading has it."""
    if row["value"] is None:
        return status_words(row["value_status"])
    return ours(row["value"], row["unit"] if row["unit"] == "percent" else "count")
