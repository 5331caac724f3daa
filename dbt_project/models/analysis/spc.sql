-- Grain: one row per value of a series in time (the grain of metric_value), of series with two values or more.
-- XmR charts by the rules of Making Data Count as NHSRplotthedots computes them (R/ptd_spc_standard.R, R/ptd_calculate_point_type.R,
-- September 2025): a segment of a series has its own mean and limits; a decision in seed spc_rebase starts a new one.
with measured as (
    select
        mv.metric_key, mv.area_key, mv.period_key, mv.period_start, mv.period_end, mv.period_type, mv.area_code, mv.area_name,
        mv.area_type, mv.breakdown_type, mv.breakdown_value, mv.value, mv.unit, mv.source, metric.direction,
        metric.target_value::double as target_value,
        concat_ws(
            chr(31), mv.metric_key, mv.area_code, mv.breakdown_type, mv.breakdown_value, mv.source, mv.period_type
        ) as series,
        (
            select count(distinct rebase.rebase_from)
            from {{ ref('spc_rebase') }} as rebase
            where rebase.metric_key = mv.metric_key
              and rebase.area_code in ('*', mv.area_code)
              and rebase.rebase_from <= mv.period_start
        ) + 1 as segment
    from {{ ref('metric_value') }} as mv
    join {{ ref('metric') }} as metric on metric.metric_key = mv.metric_key
    -- Rolling periods overlap: their values are not independent, and every limit would be too narrow.
    where mv.period_type in ('day', 'week', 'month', 'quarter', 'financial_year')
      and mv.value is not null
),

sequenced as (
    select
        *,
        lag(period_end) over series_in_time as end_before,
        count(*) over (partition by series) as points_of_series,
        row_number() over (partition by series order by period_start desc, period_end desc) = 1 as is_latest,
        (value::decimal(38, 10) - lag(value::decimal(38, 10)) over segment_in_time) as step,
        row_number() over segment_in_time as place
    from measured
    window
        series_in_time as (partition by series order by period_start, period_end),
        segment_in_time as (partition by series, segment order by period_start, period_end)
),

segments as (
    select
        series, segment, count(*)::integer as segment_points,
        bool_or(period_start <= end_before) as overlaps,
        bool_or(place > 1 and period_start > end_before + 1) as has_gaps,
        round(sum(value::decimal(38, 10))::double / count(*), 10) as mean,
        round(sum(abs(step))::double / nullif(count(step), 0), 10) as mean_moving_range_unscreened
    from sequenced
    where points_of_series >= 2
    group by series, segment
),

-- Moving ranges of 3.267 times their mean or more are left out once, as the package does by default. Where nothing ever moves all
-- are nought and stay.
screened as (
    select
        segments.series, segments.segment,
        round(sum(abs(step))::double / nullif(count(step), 0), 10) as mean_moving_range
    from segments
    join sequenced
        on sequenced.series = segments.series
        and sequenced.segment = segments.segment
        and (abs(sequenced.step)::double < 3.267 * segments.mean_moving_range_unscreened or segments.mean_moving_range_unscreened = 0)
    group by segments.series, segments.segment
),

limited as (
    select
        sequenced.*, segments.segment_points, segments.mean as mean_of_all, segments.mean_moving_range_unscreened as unscreened,
        screened.mean_moving_range as moving,
        case
            when segments.overlaps then 'periods_overlap'
            when segments.segment_points < 12 then 'fewer_than_12_points'
            when segments.has_gaps then 'computed_over_gaps'
            else 'computed'
        end as spc_status,
        case when not segments.overlaps and segments.segment_points >= 12 then segments.mean end as mean
    from sequenced
    join segments using (series, segment)
    left join screened using (series, segment)
),

located as (
    select
        *,
        round(mean - 2.66 * moving, 10) as lower_limit,
        round(mean + 2.66 * moving, 10) as upper_limit,
        round(mean - 2.66 * 2 / 3 * moving, 10) as near_lower_limit,
        round(mean + 2.66 * 2 / 3 * moving, 10) as near_upper_limit,
        round(mean - 2.66 * unscreened, 10) as lower_limit_unscreened,
        round(mean + 2.66 * unscreened, 10) as upper_limit_unscreened,
        sign(value - mean)::integer as side,
        sign(step)::integer as direction_of_step
    from limited
),

judged as (
    select
        *,
        value > upper_limit or value < lower_limit as is_outside,
        (value between lower_limit and upper_limit) and (value > near_upper_limit or value < near_lower_limit) as is_near,
        -- The seventh point of six successive rises or falls, and of seven points on one side.
        count(direction_of_step) over six_steps = 6 and abs(sum(direction_of_step) over six_steps) = 6 as ends_trend,
        count(side) over seven_points = 7 and abs(sum(side) over seven_points) = 7 as ends_run
    from located
    window
        six_steps as (partition by series, segment order by period_start, period_end rows between 5 preceding and current row),
        seven_points as (partition by series, segment order by period_start, period_end rows between 6 preceding and current row)
),

grouped as (
    select
        *,
        -- Every point of a trend or run is part of it, not its last alone.
        bool_or(ends_trend and mean is not null) over six_after as rule_trend,
        bool_or(ends_run) over six_after as rule_run,
        count(*) filter (is_near) over three_points >= 2 and abs(sum(side) over three_points) = 3 as ends_two_of_three
    from judged
    window
        six_after as (partition by series, segment order by period_start, period_end rows between current row and 6 following),
        three_points as (partition by series, segment order by period_start, period_end rows between 2 preceding and current row)
),

ruled as (
    select
        *,
        is_near and bool_or(ends_two_of_three) over (
            partition by series, segment order by period_start, period_end rows between current row and 2 following
        ) as rule_two_of_three,
        -- Where a trend ends and another begins in one point, it belongs to the later.
        case
            when lead(rule_trend) over segment_in_time then lead(direction_of_step) over segment_in_time
            else direction_of_step
        end as direction_of_trend
    from grouped
    window segment_in_time as (partition by series, segment order by period_start, period_end)
),

caused as (
    select
        *,
        case
            when mean is null then null
            when is_outside then case when side = 1 then 'above_upper_limit' else 'below_lower_limit' end
            when rule_trend then case when direction_of_trend = 1 then 'rising_trend' else 'falling_trend' end
            when rule_two_of_three then case when side = 1 then 'two_of_three_above' else 'two_of_three_below' end
            when rule_run then case when side = 1 then 'run_above' else 'run_below' end
            else 'none'
        end as special_cause
    from ruled
),

turned as (
    select
        *,
        case
            when special_cause in ('above_upper_limit', 'rising_trend', 'two_of_three_above', 'run_above') then 'high'
            when special_cause in ('below_lower_limit', 'falling_trend', 'two_of_three_below', 'run_below') then 'low'
        end as towards
    from caused
),

typed as (
    select
        *,
        case
            when special_cause is null then null
            when towards is null then 'common_cause'
            when direction not in ('up', 'down') then 'special_cause_neutral'
            when (towards = 'high') = (direction = 'up') then 'special_cause_improvement'
            else 'special_cause_concern'
        end as point_type
    from turned
)

select
    metric_key, area_key, period_key, period_start, period_end, period_type, area_code, area_name, area_type, breakdown_type,
    breakdown_value, value, unit, direction, segment::integer as segment, segment_points, spc_status,
    case when period_start > end_before + 1 then (end_before + 1)::date || '/' || (period_start - 1)::date end as gap_before,
    mean,
    round(abs(step)::double, 10) as moving_range,
    case when mean is not null then moving end as mean_moving_range,
    lower_limit, upper_limit, near_lower_limit, near_upper_limit,
    lower_limit_unscreened, upper_limit_unscreened,
    case when mean is not null then is_outside end as rule_outside,
    case when mean is not null then rule_trend end as rule_trend,
    case when mean is not null then coalesce(rule_two_of_three, false) end as rule_two_of_three,
    case when mean is not null then coalesce(rule_run, false) end as rule_run,
    special_cause, point_type,
    case point_type
        when 'common_cause' then 'common_cause'
        when 'special_cause_neutral' then 'neutral_' || towards
        when 'special_cause_improvement' then 'improvement_' || towards
        when 'special_cause_concern' then 'concern_' || towards
    end as variation_icon,
    target_value,
    {{ assurance('target_value', 'lower_limit', 'upper_limit', 'direction') }} as assurance_icon,
    is_latest, source
from typed
