-- Grain: one row per region, ICB or provider, month and destination, England among the regions.
with regions as (
    select
        release_id,
        member,
        source_row,
        'region' as area_level,
        null::varchar as area_code_published,
        area_name as area_name_published,
        area_name as region_name_published,
        area_name = 'ENGLAND' as is_total,
        destination,
        discharges,
        discharges_status
    from {{ source('bronze', 'discharge_sitrep_community__pathway_region') }}
),

icbs as (
    select
        release_id,
        member,
        source_row,
        'icb' as area_level,
        icb_code as area_code_published,
        icb_name as area_name_published,
        region as region_name_published,
        false as is_total,
        destination,
        discharges,
        discharges_status
    from {{ source('bronze', 'discharge_sitrep_community__pathway_icb') }}
),

providers as (
    select
        release_id,
        member,
        source_row,
        'provider' as area_level,
        provider_code as area_code_published,
        provider_name as area_name_published,
        region as region_name_published,
        false as is_total,
        destination,
        discharges,
        discharges_status
    from {{ source('bronze', 'discharge_sitrep_community__pathway_provider') }}
),

every as (
    select * from regions
    union all
    select * from icbs
    union all
    select * from providers
)

select
    every.*,
    release.period_start as month_start
from every
join {{ source('catalogue', 'release') }} as release using (release_id)
