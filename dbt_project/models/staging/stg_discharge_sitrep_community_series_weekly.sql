-- Grain: one row per week and measure.
with source as (
    select * from {{ source('bronze', 'discharge_sitrep_community__series_weekly') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        week as week_start,
        measure,
        value,
        value_status
    from source
)

select * from renamed
