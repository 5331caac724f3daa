-- Grain: one row per month, practice, professional, mode, national category, time from booking and status, as published.
with source as (
    select * from {{ source('bronze', 'gp_appointments_practice__crosstab') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- practice and area, as published
        gp_code as practice_code,
        gp_name as practice_name,
        supplier,
        pcn_code,
        pcn_name,
        sub_icb_location_code as area_code_published,

        -- time
        appointment_month,
        last_day(appointment_month) as appointment_month_end,

        -- what kind of appointment
        appointment_status,
        hcp_type,
        appointment_mode,
        national_category,
        time_from_booking,

        -- measure
        count_of_appointments::decimal(18, 4) as appointments
    from source
)

select * from renamed
