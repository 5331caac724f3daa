-- Grain: one row per service and place, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_21_self_referral__pathways') }}
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
        service,
        place_code,
        self_referral_open = 'yes' as self_referral_open,
        opened,

        -- measures
        referrals,
        referrals_status,
        self_referrals,
        self_referrals_status
    from source
)

select * from renamed
