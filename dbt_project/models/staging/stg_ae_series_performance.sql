-- Grain: one row per month.
with source as (
    select * from {{ source('bronze', 'ae__series_performance') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        month as month_start,
        within_type_1,
        within_type_2,
        within_type_3,
        within_4_hours,
        over_type_1,
        over_type_2,
        over_type_3,
        over_4_hours,
        share,
        share_type_1,
        share_type_2,
        share_type_3
    from source
)

select * from renamed
