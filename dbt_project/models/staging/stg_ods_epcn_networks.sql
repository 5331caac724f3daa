-- Grain: one row per primary care network and vintage of the register.
with source as (
    select * from {{ source('bronze', 'ods_epcn__networks') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.pcn_code,
        source.pcn_name,
        source.sub_icb_location_code,
        source.sub_icb_location_name,
        source.open_date,
        source.close_date,
        source.postcode,
        release.period_start as vintage_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
