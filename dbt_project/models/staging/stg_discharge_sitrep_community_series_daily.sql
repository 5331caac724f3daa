-- Grain: one row per day and measure.
with source as (
    select * from {{ source('bronze', 'discharge_sitrep_community__series_daily') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        day,
        measure,
        patients,
        patients_status
    from source
)

select * from renamed
