-- Grain: one row per location, service or group, key question, day and rating.
with source as (
    select * from {{ source('bronze', 'cqc_directory__ratings') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- location
        location_id,
        location_ods_code,
        location_name,
        care_home = 'Y' as care_home,
        location_type,
        inspection_category,
        postcode,
        local_authority_name,
        region_name,
        nhs_region_name,
        sub_icb_location_ons_code,
        sub_icb_location_name,
        commissioner_code,
        commissioner_name,
        provider_id,
        provider_name,
        nullif(brand_id, '-') as brand_id,
        nullif(brand_name, '-') as brand_name,

        -- rating
        service_group,
        domain,
        rating,
        rating_published,
        report_type,
        rating_inherited = 'Y' as rating_inherited,
        service_group = 'Overall' and domain = 'Overall' as is_overall
    from source
)

select * from renamed
