-- Grain: one row per post or contracted service as recorded, and month, without a key: rows that are alike are different posts.
with source as (
    select * from {{ source('bronze', 'pcn_workforce__individuals') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- network and area, as published
        pcn_code,
        pcn_name,
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
        data_source = 'NWRS Staff' as is_person,
        staff_group,
        staff_role,
        detailed_staff_role,
        case when data_source = 'NWRS Staff' then person end as person,

        -- measure
        fte
    from source
)

select * from renamed
