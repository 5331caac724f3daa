-- Grain: one row per kind of organisation, CCG, provider and month. Totals of England are rows too: `is_total`.
with source as (
    select * from {{ source('bronze', 'talking_therapies__monthly_series') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- organisation
        group_type,
        case when ccg_code <> 'all' then ccg_code end as ccg_code,
        case when group_type in ('ccg', 'ccg_provider') then ccg_name end as ccg_name,
        case when provider_code <> 'all' then provider_code end as provider_code,
        case when group_type in ('provider', 'ccg_provider') then provider_name end as provider_name,
        group_type = 'england' as is_total,

        -- time
        month as month_start,
        last_day(month) as month_end,

        -- measures
        referrals_received::decimal(18, 4) as referrals_received,
        referrals_received_status,
        first_treatment::decimal(18, 4) as first_treatment,
        first_treatment_status,
        ended_referrals::decimal(18, 4) as ended_referrals,
        ended_referrals_status,
        finished_course::decimal(18, 4) as finished_course,
        finished_course_status,
        within_6_weeks_percent,
        within_6_weeks_percent_status,
        within_18_weeks_percent,
        within_18_weeks_percent_status,
        recovery_percent,
        recovery_percent_status,
        improvement_percent,
        improvement_percent_status,
        reliable_recovery_percent,
        reliable_recovery_percent_status
    from source
)

select * from renamed
