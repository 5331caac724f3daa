-- Grain: one row per council, item and financial year, regions and England among the councils.
with source as (
    select * from {{ source('bronze', 'asc_fr__activity') }}
),

renamed as (
    select
        source.release_id,
        source.member,
        source.source_row,
        release.period_start as financial_year_start,
        case when source.council_code is not null then 'council' when source.region_code = 'E92000001' then 'england' else 'region' end as area_level,
        source.council_code,
        source.council_name as council_name_published,
        source.ons_code as council_ons_code_published,
        source.region_code,
        source.council_code is null as is_total,
        source.item_code,
        source.care_type,
        source.provision,
        source.age_band,
        source.primary_support_reason,
        coalesce(source.support_setting, 'none') as support_setting,
        coalesce(source.purpose, 'none') as purpose,
        source.data_type,
        source.value,
        source.value_status,
        source.note
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from renamed
