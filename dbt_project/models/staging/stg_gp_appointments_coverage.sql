-- Grain: one row per sub-ICB location and month, as published.
with source as (
    select * from {{ source('bronze', 'gp_appointments_coverage__coverage') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- area, as published
        sub_icb_location_code as area_code_published,
        icb_ons_code as icb_code_published,
        region_ons_code as region_code_published,

        -- time
        month as month_start,
        last_day(month) as month_end,

        -- measures
        included_practices::decimal(18, 4) as included_practices,
        open_practices::decimal(18, 4) as open_practices,
        patients_included::decimal(18, 4) as patients_included,
        patients_open::decimal(18, 4) as patients_open
    from source
)

select * from renamed
