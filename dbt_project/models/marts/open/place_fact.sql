-- Grain: one row per row of a local extract of place measures that is no value of a metric: counted once, or a rule, a bound, an event.
select
    place_measure.metric_id as fact_id,
    place_measure.measure,
    place_measure.area_code,
    place_measure.area_name_published,
    place_measure.period_start,
    place_measure.period_end,
    place_measure.period_type,
    place_measure.value_published as value,
    place_measure.value_status,
    place_measure.unit,
    case place_measure.qualifier
        when 'exact' then 'stated'
        when 'around' then 'approximate'
        when 'up to' then 'upper bound'
        when 'under' then 'upper bound'
        when 'over' then 'lower bound'
    end as bound,
    place_measure.stated_in,
    place_measure.quote,
    place_measure.note,
    place_measure.release_id,
    place_measure.member,
    place_measure.source_row
from {{ ref('place_measure') }} as place_measure
anti join {{ source('catalogue', 'metric') }} as metric
    on metric.metric_id = place_measure.metric_id and metric.definition_version = place_measure.definition_version
