-- Grain: one row per sub-ICB location and vintage of the lookup.
with source as (
    select * from {{ source('bronze', 'ons_lookups__sub_icb_to_icb') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.sub_icb_location_ons_code,
        source.sub_icb_location_code,
        source.sub_icb_location_name,
        source.icb_ons_code,
        source.icb_code,
        source.icb_name,
        source.region_ons_code,
        source.region_code,
        source.region_name,
        release.period_start as vintage_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
