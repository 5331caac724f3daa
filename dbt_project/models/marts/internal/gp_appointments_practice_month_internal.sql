-- Grain: one row per practice, month, breakdown_type and breakdown_value; before disclosure control.
{{ config(alias='gp_appointments_practice_month') }}
select
    -- where and when
    appointments.practice_code as area_code,
    appointments.appointment_month,
    network.pcn_code,
    appointments.sub_icb_location_code,
    -- what kind
    appointments.breakdown_type,
    appointments.breakdown_value,
    -- how many
    appointments.appointments,
    -- the list that the whole is set against
    case when appointments.breakdown_type = 'none' then months.list_size end as list_size,
    case when appointments.breakdown_type = 'none' then months.list_date end as list_date,
    case when appointments.breakdown_type = 'none' then months.list_release_id end as list_release_id,
    -- from where
    appointments.area_code_published,
    appointments.release_id
from {{ ref('int_gp_practice_appointments') }} as appointments
join {{ ref('int_gp_practice_month') }} as months using (practice_code, appointment_month)
left join {{ ref('int_practice_network') }} as network
    on network.practice_code = appointments.practice_code
    and appointments.appointment_month_end between network.span_from and network.span_to
