-- Grain: one row per practice, day of the extract, sex and age band; before disclosure control.
{{ config(alias='gp_list_size') }}
select
    -- where and when
    practice_code as area_code,
    extract_date,
    -- who
    sex,
    age_band,
    -- how many
    patients,
    -- the very row
    release_id,
    member,
    source_row
from {{ ref('int_gp_list_size') }}
