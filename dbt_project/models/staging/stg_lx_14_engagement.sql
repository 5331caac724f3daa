-- Grain: one row per activity and group of people, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_14_engagement__activities') }}
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
        activity_id,
        method,
        age_band,
        ethnicity5,
        imd_quintile,
        topic,
        changed_decision = 'yes' as changed_decision,

        -- measures
        invited,
        invited_status,
        participated,
        participated_status
    from source
)

select * from renamed
