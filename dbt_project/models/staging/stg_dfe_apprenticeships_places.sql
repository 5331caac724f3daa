-- Grain: one row per academic year, provider, home district and district of delivery.
with source as (
    select * from {{ source('bronze', 'dfe_apprenticeships__places') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- provider
        {{ dfe_provider() }},

        -- what and where
        home_district,
        delivery_district,

        -- time
        {{ dfe_academic_year() }},

        -- measures
        starts::decimal(18, 4) as starts,
        enrolments::decimal(18, 4) as enrolments,
        achievements::decimal(18, 4) as achievements
    from source
)

select * from renamed
