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
        {{ submitted_for_month('period') }},

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
