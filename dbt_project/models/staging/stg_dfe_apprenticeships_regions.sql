-- Grain: one row per academic year, provider, level, age group, region of delivery and home region.
with source as (
    select * from {{ source('bronze', 'dfe_apprenticeships__regions') }}
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
        provider_type,
        level,
        age_group,
        delivery_region,
        home_region,

        -- time
        {{ dfe_academic_year() }},

        -- measures
        starts::decimal(18, 4) as starts,
        enrolments::decimal(18, 4) as enrolments,
        achievements::decimal(18, 4) as achievements
    from source
)

select * from renamed
