-- Grain: one row per sub-ICB location, day and duration, attended appointments only, as published.
with source as (
    select * from {{ source('bronze', 'gp_appointments_duration__duration') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- area, as published
        sub_icb_location_ons_code as area_code_published,
        sub_icb_location_code as area_ods_code_published,
        icb_ons_code as icb_code_published,
        region_ons_code as region_code_published,

        -- time
        appointment_date,
        date_trunc('month', appointment_date)::date as appointment_month,

        -- how long
        actual_duration,

        -- measure
        count_of_appointments::decimal(18, 4) as appointments
    from source
)

select * from renamed
