-- Grain: one row per local authority, reason and month; the reason total sums the others.
with source as (
    select * from {{ source('bronze', 'dtoc__la_by_reason') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        month as month_start,
        nullif(region, '-') as region,
        nullif(ons_code, '-') as area_ons_code_published,
        nullif(code, '-') as area_code_published,
        name as area_name_published,
        code = '-' as is_total,
        code like '99%' as is_elsewhere,
        reason,
        reason = 'total' as is_all_reasons,
        delayed_days,
        delayed_days_status
    from source
)

select * from renamed
