-- Grain: one row per metric, version, area, period_type, breakdown and source: its latest period.
select *
from {{ ref('metric_value') }}
qualify row_number() over (
    partition by metric_key, area_code, period_type, breakdown_type, breakdown_value, source
    order by period_end desc, period_start desc
) = 1
