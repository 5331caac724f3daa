-- Grain: one row per area, measure and age group, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_36_neighbourhood_outcomes__outcomes') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_for_month('month') }},

        -- what
        area_code,
        measure,
        age_group,

        -- measures
        events,
        events_status,
        people,
        people_status,
        population,
        population_basis
    from source
)

select * from renamed
