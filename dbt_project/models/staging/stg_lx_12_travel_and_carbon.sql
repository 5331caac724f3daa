-- Grain: one row per organisation, kind of line and its parts, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_12_travel_and_carbon__lines') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_for_period() }},

        -- what
        org_ods as org_code,
        line_type,
        journey_group,
        mode,
        source,
        fuel,
        ownership,
        scope,
        factor_year,

        -- measures
        trips,
        miles::decimal(18, 4) as miles,
        vehicle_count,
        tco2e::decimal(18, 4) as tco2e
    from source
)

select * from renamed
