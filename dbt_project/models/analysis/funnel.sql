-- Grain: one row per area in a funnel: of a percentage or a rate of events, in one period, ten areas or more of one type and breakdown.
-- Limits stand around the group's overall value. Overdispersion: Spiegelhalter DJ, Stat Med 2005;24:1185-202 and Qual Saf Health Care
-- 2005;14:347-51, additive random effects: z-scores winsorised at 10% (quantiles interpolated, as R's type 7), phi their mean square,
-- tau^2 = max(0, (areas phi - (areas - 1)) / (sum w - sum w^2 / sum w)), w = 1 / s^2.
with counted as (
    select
        mv.metric_key, mv.area_key, mv.period_key, mv.period_start, mv.period_end, mv.period_type, mv.area_code, mv.area_name,
        mv.area_type, mv.breakdown_type, mv.breakdown_value, mv.numerator, mv.denominator, mv.value, mv.unit, mv.source,
        metric.direction,
        case mv.method when 'wilson' then 'binomial' else 'poisson' end as distribution,
        case mv.method when 'wilson' then 100 else metric.per end as per,
        concat_ws(
            chr(31), mv.metric_key, mv.period_key, mv.period_type, mv.area_type, mv.breakdown_type, mv.breakdown_value, mv.source
        ) as funnel
    from {{ ref('metric_value') }} as mv
    join {{ ref('metric') }} as metric on metric.metric_key = mv.metric_key
    where mv.value is not null
      and mv.numerator is not null
      and mv.denominator > 0
      -- A ratio of money, of floor space or of parts of posts has no Poisson limits: only whole events per so many people have.
      and (mv.method in ('wilson', 'rate') or (mv.method = 'ratio' and mv.unit like 'per %'))
      and mv.area_type not in ('country', 'other')
),

overall as (
    select
        funnel,
        count(*)::integer as areas,
        round(any_value(per) * sum(numerator)::double / sum(denominator)::double, 10) as overall_value
    from counted
    group by funnel
    having count(*) >= 10 and bool_and(numerator = floor(numerator))
),

scored as (
    select
        counted.*, overall.areas, overall.overall_value,
        -- The standard error that an area of this size has around the overall value.
        case distribution
            when 'binomial' then sqrt(overall_value * (100.0 - overall_value) / denominator::double)
            else sqrt(overall_value * per / denominator::double)
        end as standard_error
    from counted
    join overall using (funnel)
),

with_z as (
    select
        *, round((value - overall_value) / nullif(standard_error, 0), 10) as z_score
    from scored
),

ends as (
    select funnel, quantile_cont(z_score, 0.1) as low_z, quantile_cont(z_score, 0.9) as high_z
    from with_z
    group by funnel
),

dispersed as (
    select
        funnel,
        round(sum(pow(least(greatest(z_score, low_z), high_z), 2) order by area_code) / count(z_score), 10) as phi,
        count(z_score) as scores,
        sum(pow(standard_error, -2) order by area_code) as sum_of_weights,
        sum(pow(standard_error, -4) order by area_code) as sum_of_squared_weights
    from with_z
    join ends using (funnel)
    where standard_error > 0
    group by funnel
),

between_areas as (
    select
        funnel, phi,
        round(greatest(0.0, (scores * phi - (scores - 1)) / (sum_of_weights - sum_of_squared_weights / sum_of_weights)), 10) as tau_squared
    from dispersed
),

limited as (
    select
        with_z.*, between_areas.phi, between_areas.tau_squared,
        {%- for level in ['95', '998'] %}
        case distribution
            when 'binomial' then {{ funnel_score_lower('overall_value', 'denominator', level) }}
            else {{ funnel_poisson_lower('overall_value', 'denominator', 'per', level) }}
        end as lower_{{ level }},
        case distribution
            when 'binomial' then {{ funnel_score_upper('overall_value', 'denominator', level) }}
            else {{ funnel_poisson_upper('overall_value', 'denominator', 'per', level) }}
        end as upper_{{ level }},
        round(greatest(0.0, overall_value - {{ z_of(level) }} * sqrt(pow(standard_error, 2) + tau_squared)), 10) as overdispersed_lower_{{ level }},
        case distribution
            when 'binomial' then round(least(100.0, overall_value + {{ z_of(level) }} * sqrt(pow(standard_error, 2) + tau_squared)), 10)
            else round(overall_value + {{ z_of(level) }} * sqrt(pow(standard_error, 2) + tau_squared), 10)
        end as overdispersed_upper_{{ level }}{{ ',' if not loop.last }}
        {%- endfor %}
    from with_z
    left join between_areas using (funnel)
)

select
    metric_key, area_key, period_key, period_start, period_end, period_type, area_code, area_name, area_type, breakdown_type,
    breakdown_value, numerator, denominator, value, unit, direction, areas, overall_value, distribution,
    case distribution when 'binomial' then 'score' else 'molenaar' end as limit_method,
    lower_95, upper_95, lower_998, upper_998, z_score, phi, tau_squared,
    overdispersed_lower_95, overdispersed_upper_95, overdispersed_lower_998, overdispersed_upper_998,
    {%- for level in ['95', '998'] %}
    {%- for kind in ['', 'overdispersed_'] %}
    case
        when value > {{ kind }}upper_{{ level }} then 'above'
        when value < {{ kind }}lower_{{ level }} then 'below'
        when {{ kind }}upper_{{ level }} is not null then 'inside'
    end as {{ kind }}position_{{ level }},
    {%- endfor %}
    {%- endfor %}
    case when phi is null then 'no_variation' else 'computed' end as funnel_status,
    source
from limited
