-- Grain: one row per series of metric_value in time with limits or parts, of two values or more: its five latest points.
-- Fingertips' recent trend: macros/compared.sql says how and from where.
with points as (
    select
        mv.metric_key, mv.area_key, mv.period_start, mv.period_end, mv.period_key, mv.period_type, mv.area_code, mv.area_name, mv.area_type,
        mv.breakdown_type, mv.breakdown_value, mv.value, mv.unit, mv.source, metric.direction,
        mv.method = 'wilson' as is_proportion,
        mv.numerator as counted, mv.denominator,
        (mv.upper_95 - mv.lower_95) / 3.92 as standard_error,
        concat_ws(
            chr(31), mv.metric_key, mv.area_code, mv.breakdown_type, mv.breakdown_value, mv.source, mv.period_type
        ) as series
    from {{ ref('metric_value') }} as mv
    join {{ ref('metric') }} as metric on metric.metric_key = mv.metric_key
    where mv.method in ('wilson', 'rate', 'dsr', 'stated') and mv.period_type not like 'rolling%' and mv.period_type <> 'snapshot'
),

numbered as (
    select
        *,
        6 - row_number() over (partition by series order by period_start desc, period_end desc) as place,
        count(*) over (partition by series) as points_held,
        lag(period_end) over (partition by series order by period_start, period_end) as end_before
    from points
),

latest as (
    select
        *,
        place = 5 as is_latest,
        -- On the logit scale a proportion of nothing or of all has no place.
        case
            when not is_proportion then value
            when counted > 0 and counted < denominator then ln(counted::double / (denominator - counted)::double)
        end as measure,
        case
            when is_proportion then 1.0
            when standard_error > 0 then pow(standard_error, -2)
        end as weight
    from numbered
    where place between 1 and 5 and points_held >= 2
),

series_of_five as (
    select
        series,
        count(*) as points,
        count(measure) filter (weight > 0) as usable,
        bool_and(place = 1 or period_start = end_before + 1) as is_even,
        {{ trend_chi_squared_of_proportions('counted', 'denominator', 'place') }} as chi_squared_of_proportions,
        {{ trend_chi_squared_of_values('measure', 'weight', 'place') }} as chi_squared_of_values,
        {{ trend_slope('measure', 'weight', 'place') }} as slope,
        {%- for left_out in range(1, 6) %}
        {{ trend_slope('measure', 'weight', 'place', 'place <> ' ~ left_out) }} as slope_without_{{ left_out }}{{ ',' if not loop.last }}
        {%- endfor %}
    from latest
    group by series
),

tested as (
    select
        latest.*, found.points::integer as points,
        case when is_proportion then chi_squared_of_proportions else chi_squared_of_values end as chi_squared_found,
        slope,
        case
            when found.points < 5 then 'fewer_than_5_points'
            when not found.is_even then 'gaps_or_overlaps'
            when usable < 5 then 'no_limits'
            else 'computed'
        end as trend_status,
        (slope < 0) = (slope_without_1 < 0) and (slope < 0) = (slope_without_2 < 0) and (slope < 0) = (slope_without_3 < 0)
        and (slope < 0) = (slope_without_4 < 0) and (slope < 0) = (slope_without_5 < 0) as is_of_all
    from series_of_five as found
    join latest on latest.series = found.series and latest.is_latest
),

marked as (
    select
        *,
        case
            when trend_status <> 'computed' then null
            when chi_squared_found > {{ trend_critical() }} and is_of_all then case when slope < 0 then 'decreasing' else 'increasing' end
            else 'no_significant_change'
        end as trend
    from tested
)

select
    metric_key, area_key, period_key, period_start, period_end, period_type, area_code, area_name, area_type, breakdown_type,
    breakdown_value, value, unit, direction, points,
    case when trend_status = 'computed' then chi_squared_found end as chi_squared,
    trend,
    case
        when trend is null or trend = 'no_significant_change' or direction not in ('up', 'down') then trend
        when (trend = 'increasing') = (direction = 'up') then trend || '_and_getting_better'
        else trend || '_and_getting_worse'
    end as trend_marker,
    trend_status, source
from marked
