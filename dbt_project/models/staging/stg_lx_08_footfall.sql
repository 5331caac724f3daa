-- Grain: one row per sensor and hour, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_08_footfall__hours') }}
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
        period as period_start,
        last_day(period) as period_end,
        'month' as period_type,
        supplied_at,
        version,
        data_status,

        -- what
        site_code,
        sensor_id,
        try_cast(hour_start as timestamp) as hour_start,
        method,
        regeneration_scheme_id,

        -- measures
        movements,
        movements_status,
        people_est,
        people_est_status
    from source
)

select * from renamed
