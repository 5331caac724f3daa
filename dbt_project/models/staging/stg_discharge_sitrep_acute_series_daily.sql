-- Grain: one row per day and measure.
with source as (
    select * from {{ source('bronze', 'discharge_sitrep_acute__series_daily') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        day,
        measure,
        case when not (regexp_matches(measure, '^P[0-3]') and day < date '2021-05-12') then patients end as patients,
        case when regexp_matches(measure, '^P[0-3]') and day < date '2021-05-12' then 'not_available' else patients_status end as patients_status
    from source
)

select * from renamed
