-- Grain: one row per programme, month of referral, band of hours and authority, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_11_employment_support__referrals') }}
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
        programme,
        referral_month,
        hours_band,
        utla as utla_code,

        -- measures
        started,
        started_status,
        job_starts,
        job_starts_status,
        sustained_13w,
        sustained_13w_status,
        sustained_26w,
        sustained_26w_status
    from source
)

select * from renamed
