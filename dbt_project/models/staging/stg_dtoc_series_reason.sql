-- Grain: one row per month and reason; the reason total sums the others.
with source as (
    select * from {{ source('bronze', 'dtoc__series_by_reason') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        {{ month_of_financial_year('month_name', 'financial_year_start') }} as month_start,
        reason,
        reason = 'total' as is_all_reasons,
        delayed_days
    from source
)

select * from renamed
