-- Grain: one row per region, ICB or provider, day and measure, England among the regions.
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
        day,
        measure,
        patients,
        patients_status
    from {{ source('bronze', 'discharge_sitrep_community__daily_region') }}
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
        day,
        measure,
        patients,
        patients_status
    from {{ source('bronze', 'discharge_sitrep_community__daily_icb') }}
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
        day,
        measure,
        patients,
        patients_status
    from {{ source('bronze', 'discharge_sitrep_community__daily_provider') }}
)

select * from regions
union all
select * from icbs
union all
select * from providers
