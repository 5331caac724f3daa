-- Grain: one row per metric, version, area, period and breakdown: its parts, summed from the records that give to it.
-- An area is given what lies inside it on the last day of the period, for the types of area that the catalogue names.
with metrics as (
    select * from {{ source('catalogue', 'metric') }} where is_summed
),

given as (
    select * from {{ ref('int_metric_row') }} where area_code is not null
),

area_types as (
    select area_code, {{ type_since_2022('area_type') }} as area_type from {{ ref('int_area') }}
),

{{ records_in_areas() }},

-- `source` is that of the numerator; a figure that some record says is an estimate is one. What a source states (method stated) comes
-- as the parts value, lower_95 and upper_95, one record each.
numerators as (
    select
        metric_key, area_code, period_start, period_end, period_type, breakdown_type, breakdown_value, source,
        sum(amount) filter (where part = 'numerator') as numerator, list(distinct release_id) as release_ids,
        {%- for part in ['value', 'lower_95', 'upper_95'] %}
        round((max(amount) filter (where part = '{{ part }}'))::double, 10) as {{ part }}_stated,
        {%- endfor %}
        case when bool_or(coalesce(value_status, 'exact') <> 'exact') then 'estimated' else 'exact' end as value_status
    from broken_down
    where part <> 'denominator' and stratum is null
    group by all
),

denominators as (
    select
        metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, sum(amount) as denominator,
        list(distinct release_id) as release_ids
    from broken_down
    where part = 'denominator' and stratum is null
    group by all
),

-- A group that nobody is counted in has a zero where its whole is known.
groups as (
    select
        numerators.metric_key, numerators.area_code, numerators.period_start, numerators.period_end, numerators.period_type,
        numerators.breakdown_type, numerators.breakdown_value, numerators.source, numerators.numerator, numerators.value_status,
        numerators.release_ids, numerators.value_stated, numerators.lower_95_stated, numerators.upper_95_stated
    from numerators
    union all
    select
        denominators.metric_key, denominators.area_code, denominators.period_start, denominators.period_end, whole.period_type,
        denominators.breakdown_type, denominators.breakdown_value, whole.source, 0, 'exact', whole.release_ids, null, null, null
    from denominators
    join numerators as whole
        on whole.metric_key = denominators.metric_key
        and whole.area_code = denominators.area_code
        and whole.period_start = denominators.period_start
        and whole.period_end = denominators.period_end
        and whole.breakdown_type = 'none'
    where denominators.breakdown_type <> 'none'
      and not exists (
          select 1 from numerators as mine
          where mine.metric_key = denominators.metric_key
            and mine.area_code = denominators.area_code
            and mine.period_start = denominators.period_start
            and mine.period_end = denominators.period_end
            and mine.breakdown_type = denominators.breakdown_type
            and mine.breakdown_value = denominators.breakdown_value
            and mine.source = whole.source
      )
)

select
    metrics.metric_id, metrics.definition_version, groups.area_code, groups.period_start, groups.period_end, groups.period_type,
    groups.breakdown_type, groups.breakdown_value, groups.source, groups.numerator::decimal(18, 4) as numerator,
    denominators.denominator::decimal(18, 4) as denominator, groups.value_status,
    array_to_string(list_sort(list_distinct(list_concat(groups.release_ids, coalesce(denominators.release_ids, [])))), ' ') as release_id,
    groups.value_stated, groups.lower_95_stated, groups.upper_95_stated
from groups
join metrics using (metric_key)
left join denominators
    on denominators.metric_key = groups.metric_key
    and denominators.area_code = groups.area_code
    and denominators.period_start = groups.period_start
    and denominators.period_end = groups.period_end
    and denominators.breakdown_type = case metrics.breakdown_denominator when 'whole' then 'none' else groups.breakdown_type end
    and denominators.breakdown_value = case metrics.breakdown_denominator when 'whole' then 'all' else groups.breakdown_value end
where metrics.denominator = '' or denominators.denominator > 0 or groups.value_stated is not null
