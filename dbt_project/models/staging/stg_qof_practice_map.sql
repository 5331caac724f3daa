-- Grain: one row per practice and financial year. Until 2021/22 CCGs and STPs stand where sub-ICB locations and ICBs do since.
with source as (
    select * from {{ source('bronze', 'qof__practice_map') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- practice
        practice_code,
        practice_name,

        -- where it belongs, as published
        pcn_code,
        pcn_name,
        sub_icb_location_code,
        sub_icb_location_ons_code,
        sub_icb_location_name,
        icb_code,
        icb_ons_code,
        icb_name,
        region_code,
        region_ons_code,
        region_name
    from source
)

select * from renamed
