-- Grain: one row per practice and tool, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_15_risk_and_linkage__practices') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_for_month('month') }},

        -- what
        practice_code,
        tool,

        -- measures
        threshold::decimal(18, 4) as threshold,
        adults_registered,
        adults_registered_status,
        high_risk,
        high_risk_status,
        with_joint_plan,
        with_joint_plan_status,
        with_accountable_professional,
        with_accountable_professional_status,
        records_total,
        records_total_status,
        records_nhsno_verified,
        records_nhsno_verified_status,
        packages_total,
        packages_total_status,
        packages_telecare,
        packages_telecare_status
    from source
)

select * from renamed
