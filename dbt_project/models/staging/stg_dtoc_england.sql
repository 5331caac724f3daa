-- Grain: one row per type of care, reason, responsible organisation and month; the reason total sums the others.
with source as (
    select * from {{ source('bronze', 'dtoc__england') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        month as month_start,
        type_of_care,
        reason,
        responsible,
        reason = 'total' as is_all_reasons,
        delayed_days,
        delayed_days_status
    from source
)

select * from renamed
