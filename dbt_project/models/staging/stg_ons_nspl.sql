-- Grain: one row per postcode of the newest lookup.
with source as (
    select * from {{ source('bronze', 'ons_nspl__postcodes') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.postcode,
        source.introduced,
        source.terminated,
        source.user_type,
        source.grid_quality,
        source.lsoa_code,
        source.ward_code,
        source.council_code,
        source.sub_icb_location_ons_code,
        source.icb_ons_code,
        release.period_start as vintage_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
