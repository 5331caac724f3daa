-- Grain: one row per board, scheme, source of funding and provider, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_33_bcf_finance__expenditure') }}
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
        scheme_name,
        scheme_type,
        scheme_sub_type,
        area_of_spend,
        commissioner,
        provider,
        source_of_funding,
        new_or_existing,
        actual_to,
        output_unit,

        -- measures
        nhs_share_percent::decimal(18, 4) as nhs_share_percent,
        planned_gbp::decimal(18, 4) as planned_gbp,
        actual_gbp::decimal(18, 4) as actual_gbp,
        minimum_gbp::decimal(18, 4) as minimum_gbp,
        maximum_gbp::decimal(18, 4) as maximum_gbp,
        output_planned::decimal(18, 4) as output_planned,
        output_actual::decimal(18, 4) as output_actual,
        output_actual_status
    from source
)

select * from renamed
