-- Grain: one row per board and risk, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_34_bcf_risk__risks') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_as_at('as_at') }},

        -- what
        hwb_code as board_code,
        risk_id,
        category,
        risk,
        consequence,
        probability,
        impact,
        mitigation,
        owner_role,
        status
    from source
)

select * from renamed
