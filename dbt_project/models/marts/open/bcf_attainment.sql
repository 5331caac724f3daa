-- Grain: one row per board, source, plan, metric and period of its target: baseline, target and actual, and what can be said of them.
-- A value is what its parts give, as stated only where there are none. The actual is the plan's own, else that of metric_value.
with figures as (
    select
        *,
        coalesce(value_recomputed, value_stated::double) as value
    from {{ ref('bcf_plan_figure') }}
    where role in ('baseline', 'target', 'actual')
),

targets as (
    select * from figures where role = 'target'
),

-- The last baseline of the plan before the target.
baselines as (
    select targets.plan_start, targets.period_start as target_start, targets.period_end as target_end, baseline.* exclude (plan_start)
    from targets
    join figures as baseline
        on baseline.board_code = targets.board_code and baseline.source = targets.source and baseline.plan_start = targets.plan_start
        and baseline.metric = targets.metric and baseline.role = 'baseline' and baseline.period_end <= targets.period_end
    qualify row_number() over (
        partition by targets.board_code, targets.source, targets.plan_start, targets.metric, targets.period_start, targets.period_end
        order by baseline.period_end desc, baseline.period_start
    ) = 1
),

computed as (
    select
        metric_key, area_code, period_start, period_end, value, lower_95, upper_95, source as actual_source, release_id
    from {{ ref('metric_value') }}
    where metric_id like 'bcf_%' and breakdown_type = 'none' and value is not null
    qualify row_number() over (partition by metric_key, area_code, period_start, period_end order by source) = 1
),

actuals as (
    select
        targets.board_code, targets.source, targets.plan_start, targets.metric, targets.period_start as target_start,
        targets.period_end as target_end,
        coalesce(own.value, computed.value) as value,
        case when own.value is not null then own.lower_95 else computed.lower_95 end as lower_95,
        case when own.value is not null then own.upper_95 else computed.upper_95 end as upper_95,
        case when own.value is not null then own.source else computed.actual_source end as actual_source,
        case when own.value is not null then own.release_id else computed.release_id end as actual_release_id,
        own.value_status as own_status
    from targets
    left join figures as own
        on own.board_code = targets.board_code and own.source = targets.source and own.plan_start = targets.plan_start
        and own.metric = targets.metric and own.role = 'actual' and own.period_start = targets.period_start
        and own.period_end = targets.period_end
    left join computed
        on computed.metric_key = targets.metric_key and computed.area_code = targets.area_code
        and computed.period_start = targets.period_start and computed.period_end = targets.period_end
),

beside as (
    select
        targets.*,
        baselines.period_start as baseline_start, baselines.period_end as baseline_end, baselines.value as baseline,
        baselines.value_stated as baseline_stated, baselines.recompute_ok as baseline_recompute_ok,
        baselines.lower_95 as baseline_lower, baselines.upper_95 as baseline_upper,
        actuals.value as actual, actuals.lower_95 as actual_lower, actuals.upper_95 as actual_upper, actuals.actual_source,
        actuals.actual_release_id, actuals.own_status
    from targets
    left join baselines
        on baselines.board_code = targets.board_code and baselines.source = targets.source and baselines.plan_start = targets.plan_start
        and baselines.metric = targets.metric and baselines.target_start = targets.period_start and baselines.target_end = targets.period_end
    left join actuals
        on actuals.board_code = targets.board_code and actuals.source = targets.source and actuals.plan_start = targets.plan_start
        and actuals.metric = targets.metric and actuals.target_start = targets.period_start and actuals.target_end = targets.period_end
),

changed as (
    select
        *,
        round(value - baseline, 10) as planned_change,
        {{ difference_lower('value', 'lower_95', 'baseline', 'baseline_upper') }} as planned_change_lower,
        {{ difference_upper('value', 'upper_95', 'baseline', 'baseline_lower') }} as planned_change_upper,
        round(actual - baseline, 10) as change,
        {{ difference_lower('actual', 'actual_lower', 'baseline', 'baseline_upper') }} as change_lower,
        {{ difference_upper('actual', 'actual_upper', 'baseline', 'baseline_lower') }} as change_upper,
        case direction when 'up' then actual >= value when 'down' then actual <= value end as target_reached
    from beside
)

select
    board_code,
    area_code,
    source,
    plan_start,
    metric,
    metric_key,
    metric_name,
    direction,
    unit,
    period_start as target_start,
    period_end as target_end,
    baseline_start,
    baseline_end,
    baseline_stated,
    baseline,
    baseline_recompute_ok,
    baseline_lower as baseline_lower_95,
    baseline_upper as baseline_upper_95,
    value_stated as target_stated,
    value as target,
    recompute_ok as target_recompute_ok,
    lower_95 as target_lower_95,
    upper_95 as target_upper_95,
    planned_change,
    planned_change_lower as planned_change_lower_95,
    planned_change_upper as planned_change_upper_95,
    {{ differs('planned_change_lower', 'planned_change_upper', '0') }} as planned_change_is_beyond_chance,
    least_change,
    abs(round(value - baseline, 10)) >= least_change as planned_change_reaches_least,
    actual,
    actual_lower as actual_lower_95,
    actual_upper as actual_upper_95,
    actual_source,
    target_reached,
    (value < actual_lower or value > actual_upper) as actual_excludes_target,
    {{ compared('actual_lower', 'actual_upper', 'value', 'direction') }} as actual_compared,
    change,
    change_lower as change_lower_95,
    change_upper as change_upper_95,
    {{ differs('change_lower', 'change_upper', '0') }} as change_is_beyond_chance,
    payment_due,
    payment_gbp,
    payment_rule,
    -- In proportion: the part of the way from baseline to target, none of it backwards and no more than all.
    case payment_rule
        when 'all_or_nothing' then case when target_reached then payment_gbp when not target_reached then 0 end
        when 'proportional' then round(payment_gbp * greatest(0.0, least(1.0, (actual - baseline) / nullif(value - baseline, 0))), 2)
    end::decimal(18, 4) as payment_earned_gbp,
    case
        when value is null then 'no_target'
        when actual is null and own_status = 'suppressed' then 'suppressed'
        when actual is null then 'no_actual'
        when target_reached then 'reached'
        else 'not_reached'
    end as attainment,
    release_id,
    actual_release_id
from changed
