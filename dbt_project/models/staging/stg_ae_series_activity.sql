-- Grain: one row per month.
with source as (
    select * from {{ source('bronze', 'ae__series_activity') }}
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
        admissions_type_1,
        admissions_type_2,
        admissions_type_3_4,
        admissions_ae,
        admissions_other,
        admissions,
        waits_over_4_hours,
        waits_over_12_hours
    from source
)

select * from renamed
