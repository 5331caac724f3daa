-- Grain: one row per partner, company, kind of support and day, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_03_industry_support__support_events') }}
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
        company_number,
        sic2007,
        incorporated,
        support_type,
        support_date,
        partner_ods as partner_code,
        lad24 as lad_code,

        -- measures
        value_gbp::decimal(18, 4) as value_gbp,
        leveraged_gbp::decimal(18, 4) as leveraged_gbp
    from source
)

select * from renamed
