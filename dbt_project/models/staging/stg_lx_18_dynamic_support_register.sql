-- Grain: one row per authority, age group, cohort, rating and consent, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_18_dynamic_support_register__register') }}
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
        utla as utla_code,
        age_group,
        cohort,
        risk,
        consent,

        -- measures
        people,
        people_status,
        admitted,
        admitted_status,
        ehcp,
        ehcp_status,
        keyworker,
        keyworker_status,
        ctr_in_6m,
        ctr_in_6m_status,
        added,
        added_status,
        removed,
        removed_status
    from source
)

select * from renamed
