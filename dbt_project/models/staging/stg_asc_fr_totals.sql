-- Grain: one row per council, combination of keys and financial year, regions and England among the councils.
with source as (
    select * from {{ source('bronze', 'asc_fr__totals') }}
),

renamed as (
    select
        source.release_id,
        source.member,
        source.source_row,
        release.period_start as financial_year_start,
        case when source.council_code is not null then 'council' when source.region_code = 'E92000001' then 'england' else 'region' end as area_level,
        source.council_code,
        source.ons_code as council_ons_code_published,
        source.region_code,
        source.council_code is null as is_total,
        source.care_type_key,
        source.age_band_key,
        source.support_reason_key,
        source.support_setting_key,
        source.purpose_key,
        source.carer_support_key,
        source.data_type_key,
        source.total_expenditure,
        source.total_income,
        source.net_total_expenditure,
        source.gross_total_expenditure,
        source.net_current_expenditure,
        source.gross_current_expenditure
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from renamed
