-- Grain: one row per council and vintage of the list.
with source as (
    select * from {{ source('bronze', 'ons_lookups__council_names') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.council_code,
        source.council_name,
        release.period_start as vintage_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
