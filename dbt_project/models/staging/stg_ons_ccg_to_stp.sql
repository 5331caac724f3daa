-- Grain: one row per CCG and vintage of the lookup.
with source as (
    select * from {{ source('bronze', 'ons_lookups__ccg_to_stp') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.ccg_ons_code,
        source.ccg_code,
        source.ccg_name,
        source.stp_ons_code,
        source.stp_code,
        source.stp_name,
        release.period_start as vintage_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
