-- Grain: one row per sub-ICB location, month, status, professional, mode and time from booking; before disclosure control.
{{ config(alias='gp_appointments_month') }}
select
    -- where and when
    area_code,
    appointment_month,
    -- what kind
    appointment_status,
    hcp_type,
    appointment_mode,
    time_from_booking,
    -- how many
    appointments,
    -- as published, and the very row
    area_code_published,
    icb_code_published,
    release_id,
    member,
    source_row
from {{ ref('int_gp_appointments') }}
where area_code is not null
