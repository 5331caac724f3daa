-- Grain: one row per sub-ICB location, month, breakdown_type, breakdown_value and release.
select
    area_code,
    appointment_month,
    release_id,
    case
        when grouping(appointment_status) = 0 then 'appointment_status'
        when grouping(appointment_mode) = 0 then 'appointment_mode'
        when grouping(hcp_type) = 0 then 'hcp_type'
        when grouping(time_from_booking) = 0 then 'time_from_booking'
        else 'none'
    end as breakdown_type,
    coalesce(appointment_status, appointment_mode, hcp_type, time_from_booking, 'all') as breakdown_value,
    sum(appointments)::decimal(18, 4) as appointments
from {{ ref('int_gp_appointments') }}
where area_code is not null
group by grouping sets (
    (area_code, appointment_month, release_id),
    (area_code, appointment_month, release_id, appointment_status),
    (area_code, appointment_month, release_id, appointment_mode),
    (area_code, appointment_month, release_id, hcp_type),
    (area_code, appointment_month, release_id, time_from_booking)
)
