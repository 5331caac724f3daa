-- Grain: one row per practice, organisation, day on which it joined and vintage of the register.
with source as (
    select * from {{ source('bronze', 'ods_other__memberships') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.practice_code,
        source.parent_code,
        source.start_date,
        source.end_date,
        release.period_start as vintage_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
