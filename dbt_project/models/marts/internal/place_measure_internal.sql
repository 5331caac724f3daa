-- Grain: one row per row of a local extract of place measures; before disclosure control.
{{ config(alias='place_measure') }}
select
    -- what
    metric_id,
    definition_version,
    measure,
    breakdown_type,
    breakdown_value,
    -- where and when
    area_code,
    area_name_published,
    period_start,
    period_end,
    period_type,
    -- the figure as stated
    numerator,
    denominator,
    value_published,
    value_status,
    lower_published::double as lower_95,
    upper_published::double as upper_95,
    unit,
    qualifier,
    stated_in,
    quote,
    note,
    -- the very row
    area_code_published,
    release_id,
    member,
    source_row
from {{ ref('int_place_measure') }}
where area_code is not null
