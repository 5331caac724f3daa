-- Grain: one row per value of metric_value that has a baseline, and baseline.
-- A baseline is an earlier period of the same series and season: the year before (364 days before for days and weeks, so that weekdays
-- stay what they are) and the first that is held.
with seasoned as (
    select
        mv.metric_key, mv.area_key, mv.period_key, mv.period_start, mv.period_end, mv.period_type, mv.area_code, mv.area_name,
        mv.area_type, mv.breakdown_type, mv.breakdown_value, mv.value, mv.lower_95, mv.upper_95, mv.lower_998, mv.upper_998,
        mv.unit, mv.method, mv.source, metric.direction,
        concat_ws(
            chr(31), mv.metric_key, mv.area_code, mv.breakdown_type, mv.breakdown_value, mv.source, mv.period_type,
            -- The day after the end, so that the end of February is one season in leap years too.
            case
                when mv.period_type in ('day', 'week') then ((mv.period_start - date '1970-01-01') % 364)::varchar
                else strftime(mv.period_start, '%m-%d') || strftime(mv.period_end + 1, '%m-%d')
            end
        ) as season
    from {{ ref('metric_value') }} as mv
    join {{ ref('metric') }} as metric on metric.metric_key = mv.metric_key
),

followed as (
    select
        *,
        first_value(period_key) over in_season as first_key,
        lag(period_key) over in_season as last_key,
        lag(period_start) over in_season as last_start
    from seasoned
    window in_season as (partition by season order by period_start, period_end rows between unbounded preceding and current row)
),

baselines as (
    select *, 'first' as baseline, first_key as baseline_period_key from followed where first_key <> period_key
    union all
    select *, 'year_before', last_key
    from followed
    where case
        when period_type in ('day', 'week') then last_start = period_start - 364
        else year(last_start) = year(period_start) - 1
    end
),

paired as (
    select
        now.*, earlier.period_end as baseline_end, earlier.value as baseline_value, earlier.lower_95 as baseline_lower_95,
        earlier.upper_95 as baseline_upper_95, earlier.lower_998 as baseline_lower_998, earlier.upper_998 as baseline_upper_998,
        case
            when now.value is null then 'value_missing'
            when earlier.value is null then 'baseline_missing'
            when earlier.period_end >= now.period_start then 'periods_overlap'
            when now.lower_95 is null or now.upper_95 is null or earlier.lower_95 is null or earlier.upper_95 is null then 'no_limits'
            else 'compared'
        end as change_status
    from baselines as now
    join seasoned as earlier on earlier.season = now.season and earlier.period_key = now.baseline_period_key
),

changed as (
    select
        *,
        round(value - baseline_value, 10) as difference,
        {%- for level in ['95', '998'] %}
        case when change_status = 'compared' then {{ difference_lower('value', 'lower_' ~ level, 'baseline_value', 'baseline_upper_' ~ level) }} end as difference_lower_{{ level }},
        case when change_status = 'compared' then {{ difference_upper('value', 'upper_' ~ level, 'baseline_value', 'baseline_lower_' ~ level) }} end as difference_upper_{{ level }},
        case when change_status = 'compared' and method in ('rate', 'dsr') then {{ ratio_lower('value', 'lower_' ~ level, 'baseline_value', 'baseline_upper_' ~ level) }} end as ratio_lower_{{ level }},
        case when change_status = 'compared' and method in ('rate', 'dsr') then {{ ratio_upper('value', 'upper_' ~ level, 'baseline_value', 'baseline_lower_' ~ level) }} end as ratio_upper_{{ level }},
        {%- endfor %}
        case when method in ('rate', 'dsr') then {{ ratio_of('value', 'baseline_value') }} end as ratio
    from paired
)

select
    metric_key, area_key, period_key, period_start, period_end, period_type, area_code, area_name, area_type, breakdown_type,
    breakdown_value, baseline, baseline_period_key, value, baseline_value, unit, direction, difference, difference_lower_95,
    difference_upper_95, difference_lower_998, difference_upper_998, ratio, ratio_lower_95, ratio_upper_95, ratio_lower_998,
    ratio_upper_998,
    {{ differs('difference_lower_95', 'difference_upper_95', 0) }} as differs_95,
    {{ differs('difference_lower_998', 'difference_upper_998', 0) }} as differs_998,
    {{ compared('difference_lower_95', 'difference_upper_95', 0, 'direction') }} as verdict_95,
    {{ compared('difference_lower_998', 'difference_upper_998', 0, 'direction') }} as verdict_998,
    change_status, source
from changed
