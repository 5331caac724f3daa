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
        nullif(regexp_extract(provider_name, '\(([0-9]{8})\)$', 1), '') as ukprn,
        regexp_replace(provider_name, ' \([0-9]{8}\)$', '') as provider_name,

        -- what and where
        home_district,
        delivery_district,

        -- time
        academic_year,
        make_date(left(academic_year, 4)::integer, 8, 1) as period_start,
        make_date(left(academic_year, 4)::integer + 1, 7, 31) as year_end,
        academic_year like '%(%' as is_part_year,

        -- measures
        starts::decimal(18, 4) as starts,
        enrolments::decimal(18, 4) as enrolments,
        achievements::decimal(18, 4) as achievements
    from source
)

select * from renamed
