"""Disclosure control between the internal marts and the open part: which cells may not be seen, and what to show instead.

Belongs here: the rules, and writing the masks. The open models apply them (macro `disclosed`, open metric_value), so
everything computed further is computed from what a mask leaves.

A metric says its profile in the catalogue. `none`: the publisher's own figures, already as it publishes them
(docs/decisions/0007-disclosure.md). `local`: counts of people from a local extract. Numbers under 5 are hidden, a part
whose rest is under 5 likewise, and the next smallest group where the hidden ones could be had by subtraction from their
whole; what is shown is rounded to the nearest 5, and shares and limits are computed from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline import duck

LEAST_PEOPLE = 5

# The SELECT of a mart's mask: its key, mask_status, and what SHOWN_INSTEAD names. A mart without one is shown whole.
MASKS: dict[str, str] = {
    "metric_value": f"""
        with counted as (
            select internal.*
            from internal.metric_value as internal
            join catalogue.metric using (metric_key)
            where metric.disclosure = 'local' and internal.numerator is not null
        ),
        small as (
            select *,
                numerator < {LEAST_PEOPLE}
                    or (method = 'wilson' and denominator - numerator < {LEAST_PEOPLE}) as is_small,
                sum(numerator) over (
                    partition by metric_key, area_code, period_start, period_end, breakdown_type, source
                    order by numerator, breakdown_value rows between unbounded preceding and 1 preceding
                ) as smaller_groups,
                sum(numerator) over (
                    partition by metric_key, area_type, period_start, period_end, breakdown_type, breakdown_value, source
                    order by numerator, area_code rows between unbounded preceding and 1 preceding
                ) as smaller_areas
            from counted
        ),
        judged as (
            select *, is_small
                or coalesce(smaller_groups, 0) between 1 and {LEAST_PEOPLE - 1}
                or coalesce(smaller_areas, 0) between 1 and {LEAST_PEOPLE - 1} as is_hidden
            from small
        )
        select {{key}},
            case when is_hidden then 'suppressed' else 'rounded' end as mask_status,
            case when not is_hidden then round(numerator / {LEAST_PEOPLE}) * {LEAST_PEOPLE} end::decimal(18, 4) as numerator_shown,
            case
                when is_hidden then null
                when method = 'wilson' then round(denominator / {LEAST_PEOPLE}) * {LEAST_PEOPLE}
                else denominator
            end::decimal(18, 4) as denominator_shown
        from judged""",
    # Payments to individuals, and to fewer than five suppliers (the model says which).
    "spend_month": """
        select {key}, 'suppressed' as mask_status from internal.spend_month as internal where not amount_is_open""",
    # What a record of a local extract says is the organisation's own; its sums are what the open part shows.
    "metric_row": """
        select {key}, 'suppressed' as mask_status
        from internal.metric_row as internal
        where release_id in (select release_id from catalogue.release where not is_published)""",
}  # fmt: skip


def write_masks(con, keys_of: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Writes `disclosure.<mart>` for every mart: its key columns and `mask_status`. Returns masked cells by mart.

    `keys_of` gives each mart's key columns.
    """
    masked: dict[str, int] = {}
    for mart, keys in keys_of.items():
        columns = ", ".join(duck.name(key) for key in keys)
        select = MASKS.get(mart, f"select {{key}}, '' as mask_status from internal.{mart} where false")
        con.execute(f"create or replace table disclosure.{mart} as {select.format(key=columns)}")
        (masked[mart],) = con.execute(f"select count(*) from disclosure.{mart}").fetchone()
    return masked
