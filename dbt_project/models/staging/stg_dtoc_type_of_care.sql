-- Grain: one row per local authority and month.
with source as (
    select * from {{ source('bronze', 'dtoc__la_by_type_of_care') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        month as month_start,
        {{ dtoc_local_authority() }},
        acute,
        acute_status,
        non_acute,
        non_acute_status,
        total,
        total_status,
        acute_per_day,
        acute_per_day_status,
        non_acute_per_day,
        non_acute_per_day_status,
        total_per_day,
        total_per_day_status
    from source
)

select * from renamed
