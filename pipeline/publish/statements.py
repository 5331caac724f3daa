"""What the open figures of a metric say besides the parts that they show: counts solved from values and limits, figures that other
tables give of the same cell.

Belongs here: reading open tables for statements that the parts of marts.metric_value do not make. Does not belong here: what follows
from a statement (attack.py).

Value and limits are computed from the parts as shown. Where they are, they state nothing new; where they were computed from true
parts, they are solved for them: a value times its denominator, Wilson's limits for numerator and denominator, limits of a rate for
its events (Byar's, and the exact ones below 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.catalogue.load import Catalogue
from pipeline.publish.attack import KEY, applies

if TYPE_CHECKING:
    import numpy as np

Z_95 = 1.959963984540054
# A count solved from limits of ten decimals is good to a thousandth; one that differs by less says the same.
SAME = 0.02


@dataclass(frozen=True)
class Statement:
    """A figure of a cell that its parts as shown do not say. `count` is the numerator that it implies, None where it cannot be solved."""

    key: tuple
    table: str
    column: str
    count: float | None

    def __str__(self) -> str:
        metric, area, start, end, kind, value, _ = self.key
        of = "" if kind == "none" else f" {kind}={value}"
        says = "" if self.count is None else f" and says {self.count:g}"
        return f"{self.table}.{self.column} of {metric} {area} {start} to {end}{of} does not follow from the parts shown{says}"


_CELL = {name: name for name in KEY}
_WHOLE = {**_CELL, "breakdown_type": "'none'", "breakdown_value": "'all'"}
_BASELINE = {
    **_CELL, "period_start": "split_part(baseline_period_key, '/', 1)::date",
    "period_end": "split_part(baseline_period_key, '/', 2)::date",
}  # fmt: skip
_BEFORE = {
    **_WHOLE, "area_code": "compared_area_code", "period_start": "baseline_period_start", "period_end": "baseline_period_end",
}  # fmt: skip
_LATEST = {**_BEFORE, "period_start": "latest_period_start", "period_end": "latest_period_end"}


def _quintile(value: str) -> dict[str, str]:
    return {**_CELL, "breakdown_type": "'imd_quintile'", "breakdown_value": f"'{value}'"}


# Table, column, the column of marts.metric_value that it repeats, and where its cell stands.
ECHOES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    *(("marts.metric_latest", column, column, _CELL) for column in ("numerator", "denominator", "value", "lower_95", "upper_95")),
    *(("marts.indicator_baseline", column, column, _WHOLE) for column in ("numerator", "denominator", "value", "lower_95", "upper_95")),
    ("analysis.spc", "value", "value", _CELL),
    ("analysis.recent_trend", "value", "value", _CELL),
    *(("analysis.funnel", column, column, _CELL) for column in ("numerator", "denominator", "value")),
    ("analysis.comparison", "value", "value", _WHOLE),
    ("analysis.comparison", "reference_value", "value", {**_WHOLE, "area_code": "reference_area_code"}),
    ("analysis.change", "value", "value", _CELL),
    ("analysis.change", "baseline_value", "value", _BASELINE),
    ("analysis.inequality", "value_most_deprived", "value", _quintile("1")),
    ("analysis.inequality", "value_least_deprived", "value", _quintile("5")),
    ("analysis.what_works", "value_before", "value", _BEFORE),
    ("analysis.what_works", "value_latest", "value", _LATEST),
)  # fmt: skip


def statements(con, known: Catalogue) -> list[Statement]:
    """Every figure of a cell made safe by us that its parts as shown do not say. Needs temp.attack_metric (attack.put_rules)."""
    return [*_derived(con, known), *_echoed(con, known)]


def _derived(con, known: Catalogue) -> list[Statement]:
    """What value and limits of marts.metric_value say."""
    rules = f"from marts.metric_value as v join attack_metric as m using (metric_key) where {applies(known)}"
    # A hidden row has no figure at all, a shown one no other than its parts.
    found = [
        Statement(tuple(row[:7]), "marts.metric_value", row[7], _plain(row[8]))
        for row in con.execute(
            f"""with figures as (
                    select {", ".join(f"v.{name}" for name in KEY)}, v.value_status,
                        unnest([
                            'numerator', 'denominator', 'value', 'lower_95', 'upper_95', 'lower_998', 'upper_998', 'value_published'
                        ]) as name,
                        unnest([v.numerator::double, v.denominator::double, v.value, v.lower_95, v.upper_95, v.lower_998, v.upper_998,
                            v.value_published::double]) as figure,
                        v.method
                    {rules} and (v.value_status = 'suppressed' or v.value_published is not null)
                )
                select {", ".join(KEY)}, name, case when name = 'numerator' or name = 'value' and method = 'count' then figure end
                from figures
                where figure is not null and (value_status = 'suppressed' or name = 'value_published')
                order by all"""
        ).fetchall()
    ]
    rows = con.execute(
        f"""select {", ".join(f"v.{name}" for name in KEY)}, v.numerator::double as numerator, v.denominator::double as denominator,
                v.value, v.lower_95, v.upper_95, v.method, metric.per
            from marts.metric_value as v
            join attack_metric as m using (metric_key)
            join reference.metric as metric using (metric_key)
            where {applies(known)} and v.value is not null and v.numerator is not null
            order by all"""
    ).fetchall()
    if rows:
        found += _solved(rows)
    return found


def _solved(rows: list[tuple]) -> list[Statement]:
    import numpy as np

    numbers = np.array([[np.nan if cell is None else float(cell) for cell in row[7:12]] for row in rows])
    numerator, denominator, value, lower, upper = numbers.T
    method = np.array([row[12] for row in rows])
    per = np.where(np.isin(method, ("wilson", "share")), 100.0, np.array([float(row[13] or 1) for row in rows]))
    from_value = np.select(
        [method == "count", method == "difference", np.isin(method, ("wilson", "share", "rate", "ratio"))],
        [value, value + np.nan_to_num(denominator), value * denominator / per], np.nan,
    )  # fmt: skip
    found = _unlike(rows, "value", from_value, numerator)
    wilson = (method == "wilson") & ~np.isnan(lower) & ~np.isnan(upper)
    if wilson.any():
        counted, whole = wilson_parts(lower[wilson] / 100, upper[wilson] / 100)
        mine = [row for row, one in zip(rows, wilson, strict=True) if one]
        found += _unlike(mine, "lower_95", counted, numerator[wilson], relative=whole)
    rated = (method == "rate") & ~np.isnan(lower) & (denominator > 0)
    if rated.any():
        mine = [row for row, one in zip(rows, rated, strict=True) if one]
        events = events_of_limit(upper[rated] * denominator[rated] / per[rated])
        found += _unlike(mine, "upper_95", events, numerator[rated])
    return found


def _unlike(rows, column: str, implied, shown, relative=None) -> list[Statement]:
    import numpy as np

    # Rounding in the tenth decimal of a percentage moves a large count by more than that of a small one.
    room = SAME + 1e-6 * np.nan_to_num(np.maximum(np.abs(shown), 0 if relative is None else relative))
    other = ~np.isnan(implied) & (np.abs(implied - shown) > room)
    return [
        Statement(tuple(rows[place][:7]), "marts.metric_value", column, _plain(implied[place]))
        for place in np.flatnonzero(other)
    ]


def wilson_parts(lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numerator and denominator behind Wilson's 95% limits (as shares of 1), by halving: the wider, the fewer."""
    import numpy as np

    centre, half, z2 = (lower + upper) / 2, (upper - lower) / 2, Z_95**2
    few, many = np.zeros_like(centre), np.full_like(centre, 1e9)
    for _ in range(80):
        whole = (few + many) / 2
        counted = centre * (whole + z2) - z2 / 2
        spread = np.maximum(counted * (whole - counted), 0) / np.maximum(whole, 1e-12)
        too_wide = Z_95 * np.sqrt(spread + z2 / 4) / (whole + z2) > half
        few, many = np.where(too_wide, whole, few), np.where(too_wide, many, whole)
    whole = (few + many) / 2
    return centre * (whole + z2) - z2 / 2, whole


def events_of_limit(upper: np.ndarray) -> np.ndarray:
    """The events whose upper 95% limit this is: exact Poisson below 10, Byar's from 10 up."""
    import numpy as np
    from scipy.special import gammaincinv

    exact = gammaincinv(np.arange(1, 11), 0.975)
    few, many = np.full_like(upper, 9.0), np.full_like(upper, 1e9)
    for _ in range(80):
        events = (few + many) / 2
        base = events + 1
        below = base * (1 - 1 / (9 * base) + Z_95 / (3 * np.sqrt(base))) ** 3 < upper
        few, many = np.where(below, events, few), np.where(below, many, events)
    nearest = np.abs(exact[None, :] - upper[:, None]).argmin(axis=1)
    is_exact = np.abs(exact[nearest] - upper) < 1e-6 * np.maximum(upper, 1)
    return np.where(is_exact, nearest, (few + many) / 2)


def _echoed(con, known: Catalogue) -> list[Statement]:
    """What other tables give of a cell, where it is not what marts.metric_value shows."""
    held = {
        f"{schema}.{table}"
        for schema, table in con.execute("select table_schema, table_name from information_schema.tables").fetchall()
    }
    found = []
    for table, column, repeats, place in ECHOES:
        if table not in held:
            continue
        cell = ", ".join(f"{expression} as {name}" for name, expression in place.items())
        rows = con.execute(
            f"""with echoed as (
                    select {cell}, {column}::double as figure
                    from {table}
                    where {column} is not null and metric_key in (select metric_key from attack_metric)
                )
                select {", ".join(f"v.{name}" for name in KEY)},
                    case when v.method = 'count' or '{repeats}' = 'numerator' then echoed.figure end
                from echoed
                join marts.metric_value as v using ({", ".join(KEY)})
                join attack_metric as m using (metric_key)
                where {applies(known)} and (
                    v.{repeats} is null or abs(echoed.figure - v.{repeats}::double) > 1e-6 * greatest(1, abs(echoed.figure))
                )
                order by all"""
        ).fetchall()
        found += [Statement(tuple(row[:7]), table, column, _plain(row[7])) for row in rows]
    return found


def _plain(figure) -> float | None:
    """A count as a statement gives it: whole where it is next to whole."""
    if figure is None or figure != figure:
        return None
    return float(round(figure)) if abs(figure - round(figure)) < SAME else float(figure)
