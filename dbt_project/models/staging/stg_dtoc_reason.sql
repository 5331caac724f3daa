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
        {{ dtoc_local_authority() }},
        reason,
        reason = 'total' as is_all_reasons,
        delayed_days,
        delayed_days_status
    from source
)

select * from renamed
