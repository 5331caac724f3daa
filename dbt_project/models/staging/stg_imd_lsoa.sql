-- Grain: one row per LSOA and year of the indices.
with source as (
    select * from {{ source('bronze', 'imd__lsoa') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.lsoa_code,
        source.lsoa_name,
        source.council_code,
        source.council_name,
        source.imd_rank,
        source.imd_decile,
        release.period_start as index_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
