-- Grain: one row per board, scheme and number of the benefit, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_33_bcf_finance__benefits') }}
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
        hwb_code as board_code,
        scheme_id,
        benefit_no,
        benefit,
        kind,

        -- measures
        savings_planned_gbp::decimal(18, 4) as savings_planned_gbp,
        savings_at_risk_gbp::decimal(18, 4) as savings_at_risk_gbp
    from source
)

select * from renamed
