-- Grain: one row per sub-ICB location, month, status, professional, mode and time from booking, as published.
with source as (
    select * from {{ source('bronze', 'gp_appointments_regional__regional') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- area, as published
        sub_icb_location_ons_code as area_code_published,
        icb_ons_code as icb_code_published,
        region_ons_code as region_code_published,

        -- time
        appointment_month,
        last_day(appointment_month) as appointment_month_end,

        -- what kind of appointment
        appointment_status,
        hcp_type,
        appointment_mode,
        time_from_booking,

        -- measure
        count_of_appointments::decimal(18, 4) as appointments
    from source
)

select * from renamed
