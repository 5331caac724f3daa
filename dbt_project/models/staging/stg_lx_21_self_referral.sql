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
        {{ submitted_for_month('period') }},

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
