-- Grain: one row per LSOA and vintage of the lookup.
with source as (
    select * from {{ source('bronze', 'ons_lookups__lsoa_to_ward') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.lsoa_code,
        source.lsoa_name,
        source.ward_code,
        source.ward_name,
        source.council_code,
        source.council_name,
        release.period_start as vintage_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
