-- Grain: one row per programme, role, thing counted and network, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_20_workforce_development__programmes') }}
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
        as_at as period_start,
        as_at as period_end,
        'snapshot' as period_type,
        supplied_at,
        version,
        data_status,

        -- what
        programme,
        role,
        counted,
        pcn_code,

        -- measures
        people,
        people_status,
        active,
        active_status
    from source
)

select * from renamed
