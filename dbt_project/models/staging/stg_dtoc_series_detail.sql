-- Grain: one row per month, type of care, reason and responsible organisation.
with source as (
    select * from {{ source('bronze', 'dtoc__series_detail') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        {{ month_of_financial_year('month_name', 'financial_year_start') }} as month_start,
        type_of_care,
        reason,
        responsible,
        delayed_days
    from source
)

select * from renamed
