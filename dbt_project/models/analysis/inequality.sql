-- Grain: one row per metric, area, period and source that is broken down by deprivation quintile (imd_quintile, 1 the most deprived).
-- Slope and relative index of inequality and their intervals: macros/compared.sql says how and from where.
with quintiles as (
    select
        mv.metric_key, mv.area_key, mv.period_key, mv.period_start, mv.period_end, mv.period_type, mv.area_code, mv.area_name,
        mv.area_type, mv.unit, mv.source, metric.direction, mv.breakdown_value::integer as quintile, mv.value,
        mv.denominator as people, mv.lower_95, mv.upper_95, mv.lower_998, mv.upper_998,
        {{ sii_standard_error('mv.value', 'mv.lower_95', 'mv.upper_95', "case when mv.unit = 'percent' then 'logit' when mv.unit like 'per %' then 'log' else 'as_is' end") }} as standard_error,
        concat_ws(chr(31), mv.metric_key, mv.area_code, mv.period_key, mv.source) as series
    from {{ ref('metric_value') }} as mv
    join {{ ref('metric') }} as metric on metric.metric_key = mv.metric_key
    where mv.breakdown_type = 'imd_quintile' and mv.breakdown_value in ('1', '2', '3', '4', '5')
      -- Numbers of things are not compared: they are larger where more people live.
      and {{ is_comparable('mv.method', 'mv.unit') }}
),

people as (
    select
        *,
        people::double / nullif(sum(people) over (partition by series), 0)::double as share,
        (sum(people) over (partition by series order by quintile) - people / 2)::double
        / nullif(sum(people) over (partition by series), 0)::double as relative_rank
    from quintiles
),

spread as (
    select
        series,
        case
            when count(*) < 5 then 'quintile_missing'
            when count(*) filter (people > 0) < 5 then 'quintile_without_people'
            when count(value) < 5 then 'quintile_without_value'
            when count(standard_error) < 5 then 'no_limits'
            else 'computed'
        end as inequality_status,
        sum(share * pow(relative_rank - 0.5, 2) order by quintile) as spread_of_ranks
    from people
    group by series
),

-- What each quintile's value gives to the slope and to the fitted value at the most deprived end.
weighed as (
    select
        people.*, spread.inequality_status,
        share * (relative_rank - 0.5) / spread_of_ranks as to_slope,
        share - 0.5 * share * (relative_rank - 0.5) / spread_of_ranks as to_start
    from people
    join spread using (series)
),

fitted as (
    select
        metric_key, area_key, period_key, period_start, period_end, period_type, area_code, area_name, area_type, unit, direction,
        source, inequality_status,
        sum(people) filter (people > 0)::decimal(18, 4) as people,
        max(value) filter (quintile = 1) as value_1,
        max(value) filter (quintile = 5) as value_5,
        {%- for limit in ['lower_95', 'upper_95', 'lower_998', 'upper_998'] %}
        max({{ limit }}) filter (quintile = 1) as {{ limit }}_1,
        max({{ limit }}) filter (quintile = 5) as {{ limit }}_5,
        {%- endfor %}
        sum(to_slope * value order by quintile) as slope,
        sum(to_start * value order by quintile) as fitted_start,
        sum(pow(to_slope * standard_error, 2) order by quintile) as variance_of_slope,
        sum(pow(to_start * standard_error, 2) order by quintile) as variance_of_start,
        sum(pow((to_start + to_slope) * standard_error, 2) order by quintile) as variance_of_finish,
        sum(to_start * (to_start + to_slope) * pow(standard_error, 2) order by quintile) as covariance
    from weighed
    group by
        metric_key, area_key, period_key, period_start, period_end, period_type, area_code, area_name, area_type, unit, direction,
        source, inequality_status
),

indexed as (
    select
        *,
        inequality_status in ('computed', 'no_limits') as has_index,
        fitted_start + slope as fitted_finish,
        -- By the delta method on the log of the ratio.
        case when fitted_start > 0 and fitted_start + slope > 0 then sqrt(greatest(
            0.0,
            variance_of_finish / pow(fitted_start + slope, 2) + variance_of_start / pow(fitted_start, 2)
            - 2 * covariance / (fitted_start * (fitted_start + slope))
        )) end as error_of_log_ratio
    from fitted
)

select
    metric_key, area_key, period_key, period_start, period_end, period_type, area_code, area_name, area_type, unit, direction, people,
    case when has_index then round(slope, 10) end as sii,
    {%- for level in ['95', '998'] %}
    case when inequality_status = 'computed' then round(slope - {{ z_of(level) }} * sqrt(variance_of_slope), 10) end as sii_lower_{{ level }},
    case when inequality_status = 'computed' then round(slope + {{ z_of(level) }} * sqrt(variance_of_slope), 10) end as sii_upper_{{ level }},
    {%- endfor %}
    case when has_index and fitted_start > 0 and fitted_finish > 0 then round(fitted_finish / fitted_start, 10) end as rii,
    {%- for level in ['95', '998'] %}
    case when inequality_status = 'computed' and error_of_log_ratio is not null then
        round(fitted_finish / fitted_start * exp(-{{ z_of(level) }} * error_of_log_ratio), 10)
    end as rii_lower_{{ level }},
    case when inequality_status = 'computed' and error_of_log_ratio is not null then
        round(fitted_finish / fitted_start * exp({{ z_of(level) }} * error_of_log_ratio), 10)
    end as rii_upper_{{ level }},
    {%- endfor %}
    value_1 as value_most_deprived,
    value_5 as value_least_deprived,
    round(value_1 - value_5, 10) as gap,
    {%- for level in ['95', '998'] %}
    {{ difference_lower('value_1', 'lower_' ~ level ~ '_1', 'value_5', 'upper_' ~ level ~ '_5') }} as gap_lower_{{ level }},
    {{ difference_upper('value_1', 'upper_' ~ level ~ '_1', 'value_5', 'lower_' ~ level ~ '_5') }} as gap_upper_{{ level }},
    {%- endfor %}
    inequality_status,
    source
from indexed
