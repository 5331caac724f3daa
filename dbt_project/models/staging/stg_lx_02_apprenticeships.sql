-- Grain: one row per start, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_02_apprenticeships__starts') }}
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
        start_hash,
        employer_ods as employer_code,
        scheme,
        level,
        standard_code,
        start_date,
        end_date,
        age_at_start,
        outcome,
        home_lsoa21 as home_lsoa_code,

        -- measures
        levy_gbp::decimal(18, 4) as levy_gbp
    from source
)

select * from renamed
