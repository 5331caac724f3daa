-- Grain: one row per sub-ICB location and month; before disclosure control.
{{ config(alias='gp_coverage_month') }}
select
    -- where and when
    area_code,
    month_start as appointment_month,
    -- how many
    included_practices,
    open_practices,
    patients_included,
    patients_open,
    -- as published, and the very row
    area_code_published,
    release_id,
    member,
    source_row
from {{ ref('int_gp_coverage') }}
where area_code is not null
