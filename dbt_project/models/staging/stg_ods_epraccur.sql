-- Grain: one row per organisation code and vintage of the register.
with source as (
    select * from {{ source('bronze', 'ods_epraccur__practices') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.practice_code,
        source.practice_name,
        source.national_grouping_code,
        source.high_level_geography_code,
        source.postcode,
        source.status,
        source.organisation_sub_type,
        source.prescribing_setting,
        source.open_date,
        source.close_date,
        source.commissioner_code,
        source.joined_commissioner,
        source.left_commissioner,
        source.provider_code,
        release.period_start as vintage_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
