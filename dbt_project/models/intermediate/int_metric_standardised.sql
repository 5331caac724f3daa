-- Grain: one row per metric of method dsr, version, area, period and breakdown: its directly standardised rate, over the strata of its records.
-- Columns as int_metric_summed, and value and limits as computed here. A stratum is a band of years of age; its weight is that of the
-- European Standard Population 2013, whose five-year bands are shared out evenly by year (16-19 takes 4/5 of 15-19).
with metrics as (
    select metric_key, metric_id, definition_version, geographies, per
    from {{ source('catalogue', 'metric') }}
    where is_summed and method = 'dsr'
),

given as (
    select rows.*, release.is_published
    from {{ ref('int_metric_row') }} as rows
    join {{ source('catalogue', 'release') }} as release using (release_id)
    where rows.area_code is not null and rows.stratum is not null
),

area_types as (
    select area_code, {{ type_since_2022('area_type') }} as area_type from {{ ref('int_area') }}
),

{{ records_in_areas() }},

-- What an organisation handed in is rounded before it is weighted: from rate and limits of the true counts these could be had back.
counted as (
    select
        metric_key, area_code, period_start, period_end, period_type, breakdown_type, breakdown_value, source, stratum,
        case when bool_and(is_published) then sum(amount) else round(sum(amount) / {{ least_people() }}) * {{ least_people() }} end as events,
        bool_or(coalesce(value_status, 'exact') <> 'exact' or not is_published) as is_estimate, list(distinct release_id) as release_ids
    from broken_down
    where part = 'numerator'
    group by all
),

living as (
    select
        metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, stratum, sum(amount) as people,
        list(distinct release_id) as release_ids
    from broken_down
    where part = 'denominator'
    group by all
),

series as (
    select distinct metric_key, area_code, period_start, period_end, period_type, breakdown_type, breakdown_value, source from counted
),

-- All strata that have events or people: one without people leaves the rate unknown, one without events adds none.
strata_of_series as (
    select metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, stratum from counted
    union
    select metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, stratum from living
),

standard as (
    select
        first_age, coalesce(lead(first_age) over (order by first_age) - 1, 999) as last_age, weight::decimal(18, 4) as weight
    from {{ ref('standard_population') }}
    where standard = 'esp_2013'
),

bands as (
    select
        stratum, regexp_extract(stratum, '^\d+')::integer as first_age,
        case when stratum like '%+' then 999 else regexp_extract(stratum, '\d+$')::integer end as last_age
    from (select distinct stratum from strata_of_series)
),

weights as (
    select
        bands.stratum,
        sum(
            standard.weight
            * (least(bands.last_age, standard.last_age) - greatest(bands.first_age, standard.first_age) + 1)
            / (standard.last_age - standard.first_age + 1)
        )::decimal(18, 4) as weight
    from bands
    join standard on standard.first_age <= bands.last_age and standard.last_age >= bands.first_age
    group by bands.stratum
),

strata as (
    select
        series.*, all_strata.stratum, coalesce(counted.events, 0) as events, living.people, weights.weight, metrics.per,
        coalesce(counted.is_estimate, false) as is_estimate,
        list_concat(coalesce(counted.release_ids, []), coalesce(living.release_ids, [])) as release_ids
    from series
    join metrics using (metric_key)
    join strata_of_series as all_strata using (metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value)
    join weights using (stratum)
    left join counted
        using (metric_key, area_code, period_start, period_end, period_type, breakdown_type, breakdown_value, source, stratum)
    left join living using (metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, stratum)
),

-- An area of which nobody is counted has no rate; one of which some bands are, none that can be told.
rates as (
    select
        metric_key, area_code, period_start, period_end, period_type, breakdown_type, breakdown_value, source,
        sum(events) as numerator, sum(people) as denominator, bool_or(is_estimate) as is_estimate,
        list_sort(list_distinct(flatten(list(release_ids)))) as release_ids,
        {{ dsr('events', 'people', 'weight', 'stratum', 'per') }} as value_stated,
        {%- for level in ['95', '998'] %}
        {{ dsr_lower('events', 'people', 'weight', 'stratum', 'per', level) }} as lower_{{ level }}_stated,
        {{ dsr_upper('events', 'people', 'weight', 'stratum', 'per', level) }} as upper_{{ level }}_stated{{ ',' if not loop.last }}
        {%- endfor %}
    from strata
    group by metric_key, area_code, period_start, period_end, period_type, breakdown_type, breakdown_value, source, per
)

select
    metrics.metric_id, metrics.definition_version, rates.area_code, rates.period_start, rates.period_end, rates.period_type,
    rates.breakdown_type, rates.breakdown_value, rates.source, rates.numerator::decimal(18, 4) as numerator,
    rates.denominator::decimal(18, 4) as denominator,
    case when rates.value_stated is null then 'not_available' when rates.is_estimate then 'estimated' else 'exact' end as value_status,
    array_to_string(rates.release_ids, ' ') as release_id,
    rates.value_stated, rates.lower_95_stated, rates.upper_95_stated, rates.lower_998_stated, rates.upper_998_stated
from rates
join metrics using (metric_key)
where rates.denominator > 0
