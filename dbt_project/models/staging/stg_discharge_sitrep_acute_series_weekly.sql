-- Grain: one row per week and measure.
with source as (
    select * from {{ source('bronze', 'discharge_sitrep_acute__series_weekly') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        week as week_start,
        measure,
        case when not (measure = 'bed_days_7' and week < date '2022-02-11') then value end as value,
        case when measure = 'bed_days_7' and week < date '2022-02-11' then 'not_available' else value_status end as value_status
    from source
)

select * from renamed
