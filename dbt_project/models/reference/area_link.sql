-- Grain: one row per link_type, from_area_code, to_area_code and valid_from.
select
    'part_of' as link_type, area_code as from_area_code, parent_code as to_area_code,
    nullif(span_from, date '1900-01-01') as valid_from, nullif(span_to, date '9999-12-31') as valid_to,
    'exact' as method, 1::decimal(9, 6) as weight, stated_by as source
from {{ ref('int_area_part_of') }}
union all
select
    'succeeded_by', old_code, new_code, event_date, null::date, method, weight::decimal(9, 6), source
from {{ ref('int_area_event') }}
