-- Grain: one row per board, source of funding and who contributes, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_33_bcf_finance__income') }}
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
        source_of_funding,
        contributor_code,

        -- measures
        planned_gbp::decimal(18, 4) as planned_gbp,
        actual_gbp::decimal(18, 4) as actual_gbp,
        required_gbp::decimal(18, 4) as required_gbp,
        required_social_care_gbp::decimal(18, 4) as required_social_care_gbp
    from source
)

select * from renamed
