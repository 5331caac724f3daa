-- Grain: one row per payer, line of its budget and place, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_16_place_pound__lines') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        extract_id,
        submitting_org_ods as submitting_org_code,
        icb_ods as icb_code,
        period_start,
        period_end,
        period_type,
        supplied_at,
        version,
        data_status,

        -- what
        payer_type,
        budget_line,
        pooled = 'yes' as pooled,
        s75_agreement_id,
        place_code,
        allocation_method,

        -- measures
        gbp::decimal(18, 4) as gbp
    from source
)

select * from renamed
