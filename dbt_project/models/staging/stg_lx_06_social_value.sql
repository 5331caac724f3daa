-- Grain: one row per contract and theme, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_06_social_value__commitments') }}
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
        contract_id,
        award_date,
        framework,
        theme,
        evidence,
        beneficiaries_lad24 as beneficiaries_lad_code,

        -- measures
        contract_value_gbp::decimal(18, 4) as contract_value_gbp,
        committed_gbp::decimal(18, 4) as committed_gbp,
        delivered_gbp::decimal(18, 4) as delivered_gbp
    from source
)

select * from renamed
