-- Grain: one row per post as recorded or estimated, and month, without a key: rows that are alike are different posts.
with source as (
    select * from {{ source('bronze', 'gp_workforce__individuals') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- area, as published
        sub_icb_location_code as area_code_published,
        sub_icb_location_name as area_name_published,
        icb_code,
        icb_name,
        region_code,
        region_name,

        -- time
        make_date(census_year, census_month, 1) as census_month,

        -- who
        data_source,
        staff_group,
        staff_role,
        detailed_staff_role,
        qualified_area,
        qualified_group,
        age_band,
        gender,
        person,

        -- measure
        fte
    from source
)

select * from renamed
