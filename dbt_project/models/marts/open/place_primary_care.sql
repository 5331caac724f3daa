-- Grain: as metric_value, for the metrics of primary care at place, with the names that a reader looks for.
-- Definitions and caveats are long and stand once, in reference.metric.
{{ config(materialized='view') }}
select
    metric_value.*,
    metric.metric_name,
    metric.direction,
    metric.proof_grade,
    area.ods_code,
    area.valid_from as area_valid_from,
    area.valid_to as area_valid_to
from {{ ref('metric_value') }} as metric_value
join {{ ref('metric') }} as metric using (metric_key)
join {{ ref('area') }} as area using (area_key)
where metric.theme = 'place_primary_care'
