-- Grain: one row per practice, month, breakdown_type and breakdown_value of the practice crosstab.
-- The sub-ICB location is the one that the crosstab itself says, valid at the end of the month (null: unmapped).
with counted as (
    select
        practice_code, area_code_published, appointment_month, appointment_month_end, release_id,
        case
            when grouping(national_category) = 0 then 'national_category'
            when grouping(appointment_mode) = 0 then 'appointment_mode'
            when grouping(hcp_type) = 0 then 'hcp_type'
            when grouping(appointment_status) = 0 then 'appointment_status'
            when grouping(time_from_booking) = 0 then 'time_from_booking'
            else 'none'
        end as breakdown_type,
        coalesce(national_category, appointment_mode, hcp_type, appointment_status, time_from_booking, 'all') as breakdown_value,
        sum(appointments)::decimal(18, 4) as appointments
    from {{ ref('stg_gp_appointments_practice_crosstab') }}
    group by grouping sets (
        (practice_code, area_code_published, appointment_month, appointment_month_end, release_id),
        (practice_code, area_code_published, appointment_month, appointment_month_end, release_id, national_category),
        (practice_code, area_code_published, appointment_month, appointment_month_end, release_id, appointment_mode),
        (practice_code, area_code_published, appointment_month, appointment_month_end, release_id, hcp_type),
        (practice_code, area_code_published, appointment_month, appointment_month_end, release_id, appointment_status),
        (practice_code, area_code_published, appointment_month, appointment_month_end, release_id, time_from_booking)
    )
),

areas_of_month as (
    select pairs.area_code_published, pairs.appointment_month, canonical.canonical_code as sub_icb_location_code
    from (select distinct area_code_published, appointment_month, appointment_month_end from counted) as pairs
    join {{ ref('int_area_canonical') }} as canonical
        on canonical.published_code = pairs.area_code_published
        and pairs.appointment_month_end between canonical.span_from and canonical.span_to
)

select counted.*, areas_of_month.sub_icb_location_code
from counted
left join areas_of_month using (area_code_published, appointment_month)
