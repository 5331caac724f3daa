-- Grain: one row per practice and day of the extract.
with source as (
    select * from {{ source('bronze', 'gp_registered_patients__practice_totals') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- practice and area, as published
        practice_code,
        postcode,
        sub_icb_location_code as area_code_published,
        sub_icb_location_ons_code as area_ons_code_published,

        -- time
        extract_date,

        -- measure
        patients::decimal(18, 4) as patients
    from source
)

select * from renamed
