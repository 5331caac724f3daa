-- Grain: one row per region, ICB or trust, month and reason, England among the regions.
with regions as (
    select
        release_id,
        member,
        source_row,
        'region' as area_level,
        null::varchar as area_code_published,
        area_name as area_name_published,
        area_name as region_name_published,
        area_name = 'ENGLAND (Type 1 Trusts)' as is_total,
        month as month_start,
        reason,
        patients_per_day,
        patients_per_day_status
    from {{ source('bronze', 'discharge_sitrep_acute__reason_region') }}
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
        month as month_start,
        reason,
        patients_per_day,
        patients_per_day_status
    from {{ source('bronze', 'discharge_sitrep_acute__reason_icb') }}
),

trusts as (
    select
        release_id,
        member,
        source_row,
        'trust' as area_level,
        trust_code as area_code_published,
        trust_name as area_name_published,
        region as region_name_published,
        false as is_total,
        month as month_start,
        reason,
        patients_per_day,
        patients_per_day_status
    from {{ source('bronze', 'discharge_sitrep_acute__reason_trust') }}
)

select * from regions
union all
select * from icbs
union all
select * from trusts
