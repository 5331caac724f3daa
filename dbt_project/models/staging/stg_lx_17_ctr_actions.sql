-- Grain: one row per person, day of review and action, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_17_ctr__actions') }}
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
        month as period_start,
        last_day(month) as period_end,
        'month' as period_type,
        supplied_at,
        version,
        data_status,

        -- what
        person,
        ctr_date,
        owner,
        due_date,
        done_date,

        -- measures
        action_no
    from source
)

select * from renamed
