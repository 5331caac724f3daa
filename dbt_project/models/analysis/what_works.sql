-- Grain: one row per programme of work, metric and area that it aims at, and area that it is compared with (itself included): how the
-- metric changed from the programme's baseline to the latest period since, and whether that differs from the change elsewhere.
-- Elsewhere is where the plan says; nothing here was allotted by chance, so a difference is no proof of an effect.
with programmes as (
    select * from {{ ref('programme_of_work') }}
),

aimed as (
    select *, area_code as compared_area_code, 'programme' as role from programmes where area_code is not null
    union all
    select *, unnest(string_split(comparison_areas, ' ')), 'comparison'
    from programmes
    where area_code is not null and comparison_areas <> ''
),

-- A code that was reissued between plan and period answers to the one of today on both sides.
today as (
    select area_code, coalesce(current_area_code, area_code) as today_code from {{ ref('area') }}
),

whole_values as (
    select mv.*, today.today_code
    from {{ ref('metric_value') }} as mv
    join today on today.area_code = mv.area_code
    where mv.breakdown_type = 'none'
),

from_baseline as (
    select
        aimed.*, today.today_code, before.area_name as compared_area_name, before.unit, before.source, before.period_type,
        before.value as value_before, before.lower_95 as before_lower_95, before.upper_95 as before_upper_95
    from aimed
    join today on today.area_code = aimed.compared_area_code
    left join whole_values as before
        on before.metric_key = aimed.metric_key
        and before.today_code = today.today_code
        and before.period_start = aimed.baseline_period_start
        and before.period_end = aimed.baseline_period_end
),

-- Of a quarter or month the same of a later year, so that no season passes for a change.
to_latest as (
    select
        from_baseline.*, later.period_start as latest_period_start, later.period_end as latest_period_end,
        later.value as value_latest, later.lower_95 as latest_lower_95, later.upper_95 as latest_upper_95
    from from_baseline
    left join whole_values as later
        on later.metric_key = from_baseline.metric_key
        and later.today_code = from_baseline.today_code
        and later.source = from_baseline.source
        and later.period_type = from_baseline.period_type
        and later.period_end > from_baseline.baseline_period_end
        and strftime(later.period_end + 1, '%m-%d') = strftime(from_baseline.baseline_period_end + 1, '%m-%d')
    qualify row_number() over (
        partition by from_baseline.icb_ods_code, from_baseline.programme_id, from_baseline.metric_key,
            from_baseline.area_code, from_baseline.compared_area_code, from_baseline.role
        order by later.period_end desc nulls last, from_baseline.source, later.period_start
    ) = 1
),

changed as (
    select
        *,
        round(value_latest - value_before, 10) as change,
        {{ difference_lower('value_latest', 'latest_lower_95', 'value_before', 'before_upper_95') }} as change_lower_95,
        {{ difference_upper('value_latest', 'latest_upper_95', 'value_before', 'before_lower_95') }} as change_upper_95
    from to_latest
),

beside_programme as (
    select
        changed.*,
        own.change as own_change,
        own.change_lower_95 as own_lower_95,
        own.change_upper_95 as own_upper_95,
        own.baseline_period_end = changed.baseline_period_end
            and own.latest_period_end = changed.latest_period_end as is_same_span
    from changed
    left join changed as own
        on own.icb_ods_code = changed.icb_ods_code
        and own.programme_id = changed.programme_id
        and own.metric_key = changed.metric_key
        and own.area_code = changed.area_code
        and own.role = 'programme'
        and changed.role = 'comparison'
),

set_against as (
    select
        *,
        case when is_same_span then round(own_change - change, 10) end as difference_of_changes,
        case when is_same_span then {{ difference_lower('own_change', 'own_lower_95', 'change', 'change_upper_95') }} end as difference_lower_95,
        case when is_same_span then {{ difference_upper('own_change', 'own_upper_95', 'change', 'change_lower_95') }} end as difference_upper_95
    from beside_programme
)

select
    icb_ods_code,
    programme_id,
    programme_name,
    intervention_id,
    metric_key,
    area_code,
    role,
    compared_area_code,
    compared_area_name,
    direction,
    unit,
    baseline_period_start,
    baseline_period_end,
    latest_period_start,
    latest_period_end,
    baseline_value as value_planned_from,
    value_before,
    value_latest,
    change,
    change_lower_95,
    change_upper_95,
    {{ differs('change_lower_95', 'change_upper_95', 0) }} as differs_95,
    {{ compared('change_lower_95', 'change_upper_95', 0, 'direction') }} as verdict_95,
    difference_of_changes,
    difference_lower_95,
    difference_upper_95,
    {{ compared('difference_lower_95', 'difference_upper_95', 0, 'direction') }} as verdict_against_comparison_95,
    target_value,
    target_date,
    case
        when role <> 'programme' or value_latest is null or target_value is null or direction = 'context' then null
        when direction = 'up' then value_latest >= target_value
        else value_latest <= target_value
    end as target_reached,
    case when role = 'programme' then funding_gbp end as funding_gbp,
    case
        when value_before is null then 'baseline_missing'
        when value_latest is null then 'nothing_later'
        when change_lower_95 is null then 'no_limits'
        else 'compared'
    end as effect_status,
    source
from set_against
