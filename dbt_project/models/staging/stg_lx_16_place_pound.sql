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
        {{ submitted_for_period() }},

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
