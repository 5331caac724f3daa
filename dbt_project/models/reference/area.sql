-- Grain: one row per area code, current or not.
select
    area.area_code as area_key,
    area.area_code,
    area.ods_code,
    area.area_name,
    area.area_type,
    area.valid_from,
    area.valid_to,
    area.valid_to is null as is_current,
    today.canonical_code as current_area_code,
    area.origin,
    area.named_by
from {{ ref('int_area') }} as area
-- The code that answers to this one on the last day there is.
left join {{ ref('int_area_canonical') }} as today
    on today.published_code = area.area_code and today.span_to = date '9999-12-31'
