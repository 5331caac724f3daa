-- Grain: one row per commissioner code and vintage of the register.
with source as (
    select * from {{ source('bronze', 'ods_other__commissioners') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.commissioner_code,
        source.commissioner_name,
        source.national_grouping_code,
        source.high_level_geography_code,
        source.postcode,
        source.open_date,
        source.close_date,
        source.role,
        release.period_start as vintage_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
