-- Grain: one row per month.
with source as (
    select * from {{ source('bronze', 'ae__series_booked') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        month as month_start,
        type_1,
        type_2,
        type_3,
        attendances,
        within_type_1,
        within_type_2,
        within_type_3,
        within_4_hours,
        over_type_1,
        over_type_2,
        over_type_3,
        over_4_hours,
        share,
        share_status,
        share_type_1,
        share_type_1_status,
        share_type_2,
        share_type_2_status,
        share_type_3,
        share_type_3_status
    from source
)

select * from renamed
