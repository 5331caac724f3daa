"""What the oracles of the themes share: the extracts of the sample, what an edition has of some metrics, and sums of records.

Sums are slow and obvious, in plain Python over what each record gives, and share no code with the pipeline. What a record gives, to
which metric and in which areas, is said by the test of a theme; here it is only added up and divided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pipeline.publish.current import open_part
from pipeline.sample.extracts import EXTRACTS
from pipeline.sample.local_extracts import Extract, Row

ICB, REGION, COUNTRY = "E54999001", "E40999001", "local:sample:country"
Key = tuple[str, str, str, str, str]
# metric, version, area code, last day, breakdown type and value
Cell = tuple[str, int, str, str, str, str]
# (metric_key, area_code, first day, breakdown_type, breakdown_value)
Parts = dict[tuple[str, str, date, str, str], tuple[Decimal, Decimal | None]]


def extracts_of(dataset: str) -> list[Extract]:
    """Every extract of a dataset."""
    return [one for one in EXTRACTS if one.dataset == dataset]


def rows_by_last_day(dataset: str) -> Iterator[tuple[str, list[Row]]]:
    """The last day and the rows of each extract of a dataset that tells a day or a financial year."""
    for one in extracts_of(dataset):
        yield one.period if len(one.period) == 10 else f"{int(one.period[:4]) + 1}-03-31", one.filled()


def of_edition(outcome, metric_ids: Iterable[str], key: str, columns: str) -> dict[tuple, tuple]:
    """`columns` by `key` (names with blanks between) of every value of metrics that the internal part has; what is due and missing
    is left out."""
    keys = key.split()
    con = open_part(outcome.folder, "internal")
    try:
        rows = con.execute(
            f"select {', '.join(keys + columns.split())} from marts.metric_value"
            " where list_contains(?, metric_id) and value_status <> 'missing'",
            [list(metric_ids)],
        ).fetchall()
    finally:
        con.close()
    found = {row[: len(keys)]: row[len(keys) :] for row in rows}
    assert len(found) == len(rows)
    return found


def parts_of(outcome, metric_ids: Iterable[str]) -> Parts:
    key = "metric_key area_code period_start breakdown_type breakdown_value"
    return of_edition(outcome, metric_ids, key, "numerator denominator")


def of_the_whole(parts: Parts) -> Parts:
    return {key: value for key, value in parts.items() if key[3] == "none"}


def cells_of(outcome, metric_ids: Iterable[str]) -> dict[Cell, tuple[Decimal, Decimal | None]]:
    """Numerator and denominator of every cell with a numerator, before disclosure control."""
    key = "metric_id definition_version area_code period_end::varchar breakdown_type breakdown_value"
    cells = of_edition(outcome, metric_ids, key, "numerator denominator")
    return {cell: parts for cell, parts in cells.items() if parts[0] is not None}


def of_metrics(cells: dict[Cell, object], *wanted: tuple[str, int]) -> dict:
    """The cells of metrics, each by id and version."""
    return {cell: parts for cell, parts in cells.items() if cell[:2] in wanted}


@dataclass(frozen=True)
class Given:
    """What one record gives to a part of a metric: in every one of `areas`, to all and to each of `breakdowns`."""

    metric: str
    period_end: str
    areas: tuple[str, ...]
    amount: Decimal
    breakdowns: dict[str, str] = field(default_factory=dict)
    part: str = "numerator"


def summed(given: Iterable[Given], *, of_the_whole: frozenset[str] = frozenset()) -> dict[Key, tuple]:
    """(metric, last day, area, breakdown_type, breakdown_value) -> (numerator, denominator or None).

    Metrics `of_the_whole` set each group against all; the others against the same group, with nought where nobody is in it.
    """
    parts: dict[str, dict[Key, Decimal]] = {"numerator": defaultdict(Decimal), "denominator": defaultdict(Decimal)}
    for one in given:
        for area in one.areas:
            for kind, value in {"none": "all", **one.breakdowns}.items():
                parts[one.part][one.metric, one.period_end, area, kind, value] += one.amount
    found = {}
    for key in parts["numerator"] | parts["denominator"]:
        metric, when, area, _, _ = key
        whole = (metric, when, area, "none", "all")
        if key in parts["numerator"] or whole in parts["numerator"]:
            below = whole if metric in of_the_whole else key
            found[key] = (parts["numerator"].get(key, Decimal(0)), parts["denominator"].get(below))
    return found


def values_of(outcome, metric_ids: Iterable[str]) -> dict[Key, tuple]:
    """Key as in `summed` -> numerator, denominator, value, status."""
    key = "metric_key period_end::varchar area_code breakdown_type breakdown_value"
    return of_edition(outcome, metric_ids, key, "numerator denominator value value_status")
