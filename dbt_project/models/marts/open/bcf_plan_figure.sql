-- Grain: one row per board, source, plan, metric, role and period; after disclosure control.
-- People of an extract are rounded or hidden, and value and limits follow from what is shown; the stated value would give them away.
with shown as (
    select
        internal.* exclude (value_recomputed, lower_95, upper_95) replace (
            case when mask.mask_status is null then internal.numerator else mask.numerator_shown end as numerator,
            case when mask.mask_status is null then internal.denominator else mask.denominator_shown end as denominator,
            case when mask.mask_status is null then internal.value_stated end as value_stated,
            case when mask.mask_status is null then internal.lower_stated end as lower_stated,
            case when mask.mask_status is null then internal.upper_stated end as upper_stated,
            coalesce(mask.mask_status, internal.value_status) as value_status
        )
    from {{ ref('bcf_plan_figure_internal') }} as internal
    left join {{ source('disclosure', 'bcf_plan_figure') }} as mask
        using (board_code, source, plan_start, metric, role, period_start, period_end)
),

valued as (
    select *, {{ plan_figure_values() }} from shown
)

select
    board_code,
    area_code,
    source,
    plan_start,
    metric,
    definition_version,
    metric_key,
    metric_name,
    role,
    period_start,
    period_end,
    period_type,
    direction,
    unit,
    numerator,
    denominator,
    printed,
    value_stated,
    value_recomputed,
    recompute_ok,
    lower_95,
    upper_95,
    lower_stated,
    upper_stated,
    least_change,
    payment_due,
    payment_gbp,
    payment_rule,
    value_status,
    release_id,
    member,
    source_row
from valued
