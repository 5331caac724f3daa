-- Grain: one row per day.
with source as (
    select * from {{ source('bronze', 'discharge_sitrep_acute__missing_organisations') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        day,
        organisations
    from source
)

select * from renamed
