-- Grain: one row per month, type of care, reason and responsible organisation.
with source as (
    select * from {{ source('bronze', 'dtoc__series_detail') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        make_date(year(financial_year_start) + (month_name in ('January', 'February', 'March'))::integer, month(strptime(month_name, '%B')), 1) as month_start,
        type_of_care,
        reason,
        responsible,
        delayed_days
    from source
)

select * from renamed
