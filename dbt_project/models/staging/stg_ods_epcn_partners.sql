-- Grain: one row per practice, primary care network, day on which it joined and vintage of the register.
with source as (
    select * from {{ source('bronze', 'ods_epcn__partners') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.practice_code,
        source.practice_name,
        source.practice_sub_icb_location_code,
        source.practice_sub_icb_location_name,
        source.pcn_code,
        source.pcn_name,
        source.pcn_sub_icb_location_code,
        source.pcn_sub_icb_location_name,
        source.start_date,
        source.end_date,
        release.period_start as vintage_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
