"""Disclosure control between the internal marts and the open part: which cells may not be seen, and what to show instead.

Belongs here: writing the masks from the profiles of the catalogue (catalogue/disclosure.yml). Does not belong here: what an outsider
can work out (attack.py), applying a mask (macro `disclosed`, open metric_value): everything computed further is computed from what a
mask leaves.

Small numbers are hidden, a part whose rest is small likewise, and the next smallest group where the hidden ones could be had by
subtraction from their whole; what is shown is rounded. Then the mask is attacked as an outsider would, over areas, groups, periods and
metrics, and the next smallest figure beside a cell that could be had is hidden, until none can.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline import duck
from pipeline.catalogue.load import Catalogue, catalogue
from pipeline.publish import attack

# The profile of counts of people: models that count people themselves hide by the same number (a test holds both together).
PEOPLE = "local"
# Each round hides a figure beside every cell that could be had; the sample needs 4.
MOST_REPAIRS = 60

# The SELECT of a mart's mask: its key, mask_status, and what SHOWN_INSTEAD names. A mart without one is shown whole.
MASKS: dict[str, str] = {
    "metric_value": """
        with counted as (
            select
                v.*, m.* exclude (metric_key, metric_id),
                case when m.people_below then v.denominator else v.numerator end as people
            from internal.metric_value as v
            join attack_metric as m using (metric_key)
            where v.numerator is not null and {applies} and not (m.country_exact and v.area_type = 'country')
        ),
        small as (
            select *,
                people is null or (people < most + 1 and (people > 0 or not zero_shown))
                    or (method = 'wilson' and denominator - numerator < most + 1 and (denominator > numerator or not zero_shown))
                    or (method = 'difference' and denominator < most + 1 and (denominator > 0 or not zero_shown))
                    as is_small
            from counted
        ),
        beside as (
            select *,
                coalesce(sum(people) filter (secondary) over (
                    partition by metric_key, area_code, period_start, period_end, breakdown_type, source
                    order by people, breakdown_value rows between unbounded preceding and 1 preceding
                ), 0) between 1 and most as would_give_away
            from small
        ),
        judged as (
            select *, is_small or would_give_away as is_hidden from beside
        )
        select {key},
            case when is_hidden then 'suppressed' when rounds_to > 0 then 'rounded' else value_status end as mask_status,
            case when not is_hidden then {numerator_rounded} end::decimal(18, 4) as numerator_shown,
            case
                when is_hidden then null
                when method in ('wilson', 'difference') or people_below then {denominator_rounded}
                else denominator
            end::decimal(18, 4) as denominator_shown
        from judged""",
    # People of a plan that an extract hands over; what a plan aims at is nobody, and a document is as it was printed. Counts of more than
    # people (admissions of a quarter) are rounded alike.
    "bcf_plan_figure": """
        select {key},
            case when is_small then 'suppressed' else 'rounded' end as mask_status,
            case when not is_small then round(numerator / {least}) * {least} end::decimal(18, 4) as numerator_shown,
            case
                when is_small then null
                when unit = 'percent' then round(denominator / {least}) * {least}
                else denominator
            end::decimal(18, 4) as denominator_shown
        from (
            select *,
                value_status = 'suppressed' or numerator < {least}
                    or (unit = 'percent' and denominator - numerator < {least}) as is_small
            from internal.bcf_plan_figure
            where source = 'lx_32_bcf_plan' and role in ('baseline', 'actual') and (numerator is not null or value_status = 'suppressed')
        ) as internal""",
    # Payments to individuals, and to fewer than five suppliers (the model says which).
    "spend_month": """
        select {key}, 'suppressed' as mask_status from internal.spend_month as internal where not amount_is_open""",
    # What a record of a local extract says is the organisation's own; its sums are what the open part shows.
    "metric_row": """
        select {key}, 'suppressed' as mask_status
        from internal.metric_row as internal
        where release_id in (select release_id from catalogue.release where not is_published)""",
}  # fmt: skip


def rounded(column: str) -> str:
    """SQL of a figure as its profile shows it. A negative figure goes away from nought from the middle, as a positive one does."""
    return (
        f"case when rounds_to = 0 then {column} when ties_even then round_even({column}::double / rounds_to, 0) * rounds_to"
        f" else round({column} / rounds_to) * rounds_to end"
    )


def write_masks(con, keys_of: Mapping[str, Iterable[str]], known: Catalogue | None = None) -> dict[str, int]:
    """Writes `disclosure.<mart>` for every mart: its key columns and `mask_status`. Returns masked cells by mart.

    `keys_of` gives each mart's key columns; `known` is the catalogue with metrics and profiles (default: the product's own).
    """
    known = known or catalogue()
    attack.put_rules(con, known)
    masked: dict[str, int] = {}
    for mart, keys in keys_of.items():
        columns = ", ".join(duck.name(key) for key in keys)
        select = MASKS.get(mart, f"select {{key}}, '' as mask_status from internal.{mart} where false")
        words = {
            "key": columns, "applies": attack.applies(known), "numerator_rounded": rounded("numerator"),
            "denominator_rounded": rounded("denominator"), "least": known.profiles[PEOPLE].hides.most + 1,
        }  # fmt: skip
        con.execute(f"create or replace table disclosure.{mart} as {select.format(**words)}")
        if mart == "metric_value":
            _hide_what_can_be_had(con, known)
        if mart == "spend_month":
            _hide_beside_lone_spend(con, keys)
        (masked[mart],) = con.execute(f"select count(*) from disclosure.{mart}").fetchone()
    return masked


AS_SHOWN = f"""(
    select internal.* replace (
        case when mask.mask_status is null then internal.numerator else mask.numerator_shown end as numerator,
        case when mask.mask_status is null then internal.denominator else mask.denominator_shown end as denominator,
        coalesce(mask.mask_status, internal.value_status) as value_status
    )
    from internal.metric_value as internal
    left join disclosure.metric_value as mask using ({", ".join(attack.KEY)})
)"""


def _hide_what_can_be_had(con, known: Catalogue) -> None:
    """Hides further figures until nothing hidden can be had from the rest; gives up after MOST_REPAIRS, and then the gate blocks."""
    system = attack.build(con, known, AS_SHOWN, "intermediate.int_area_part_of", "internal.metric_value")
    if not system.has_hidden:
        return
    hidden = system.row_hidden.copy()
    wide: set[int] = set()
    for _ in range(MOST_REPAIRS):
        more = _next_to_hide(system, hidden) or _next_to_hide(system, hidden, wide)
        if not more:
            break
        hidden[sorted(more)] = True
    added = (hidden & ~system.row_hidden).nonzero()[0].tolist()
    if added:
        con.execute("create or replace temp table disclosure_added (row_id bigint)")
        con.executemany("insert into disclosure_added values (?)", [(row,) for row in added])
        same = " and ".join(f"mask.{key} = attack_row.{key}" for key in attack.KEY)
        con.execute(
            "update disclosure.metric_value as mask set mask_status = 'suppressed', numerator_shown = null, denominator_shown = null"
            f" from attack_row where {same} and attack_row.row_id in (select row_id from disclosure_added)"
        )


def _hide_beside_lone_spend(con, keys: Iterable[str]) -> None:
    """Hides a second part of every sum of spend that has one hidden: what it hides in one sum may stand alone in the other."""
    columns = [duck.name(key) for key in keys]
    order = ", ".join(columns)
    while True:
        before = con.execute("select count(*) from disclosure.spend_month").fetchone()
        for whole in ("supplier_location", "influenceable"):
            con.execute(
                f"""insert into disclosure.spend_month
                    with judged as (
                        select internal.*, mask.mask_status is not null as is_hidden
                        from internal.spend_month as internal
                        left join disclosure.spend_month as mask using ({order})
                    ),
                    lone as (
                        select *
                        from judged
                        qualify count(*) filter (is_hidden) over (partition by organisation_code, month_start, {whole}) = 1
                    )
                    select {order}, 'suppressed' from lone where not is_hidden
                    qualify row_number() over (
                        partition by organisation_code, month_start, {whole} order by suppliers, {order}
                    ) = 1"""
            )
        if con.execute("select count(*) from disclosure.spend_month").fetchone() == before:
            return


def _next_to_hide(system: attack.System, hidden, wide: set[int] | None = None) -> set[int]:
    """The rows to hide next: beside each count that could be had the smallest figure that helps to give it away, everywhere it stands.

    With `wide`, the counts proven to be wide enough so far, programmes look for what sums alone do not show, and add to it.
    """
    held = attack.narrow(system, hidden, programmes=wide is not None, wide=wide or ())
    _, counts, _ = attack.too_narrow(system, hidden, held.lower, held.upper)
    broken = set(counts.tolist())
    if wide is not None:
        wide |= set(system.targets(hidden)[1].tolist()) - broken
    more: set[int] = set()
    for count in sorted(broken):
        beside = attack.given_away_by(system, hidden, held, count)
        if beside and not more & set(beside):
            more |= {row for row in attack.rows_with(system, beside[0]) if not hidden[row]}
    return more
