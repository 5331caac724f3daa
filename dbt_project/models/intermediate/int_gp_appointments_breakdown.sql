-- Grain: one row per area (sub-ICB location, ICB, region, country), month, breakdown_type, breakdown_value and release.
with by_sub_icb_location as (
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
        sum(appointments)::decimal(20, 4) as appointments
    from {{ ref('int_gp_appointments') }}
    where area_code is not null
    group by grouping sets (
        (area_code, appointment_month, release_id),
        (area_code, appointment_month, release_id, appointment_status),
        (area_code, appointment_month, release_id, appointment_mode),
        (area_code, appointment_month, release_id, hcp_type),
        (area_code, appointment_month, release_id, time_from_booking)
    )
),

ancestors_of_month as (
    select months.area_code, months.appointment_month, ancestor.ancestor_code
    from (select distinct area_code, appointment_month from by_sub_icb_location) as months
    join {{ ref('int_area_ancestor') }} as ancestor
        on ancestor.area_code = months.area_code
        and last_day(months.appointment_month) between ancestor.span_from and ancestor.span_to
)

select
    ancestors_of_month.ancestor_code as area_code,
    appointment_month,
    breakdown_type,
    breakdown_value,
    release_id,
    sum(appointments)::decimal(20, 4) as appointments
from by_sub_icb_location
join ancestors_of_month using (area_code, appointment_month)
group by all
