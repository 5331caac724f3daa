-- Two files of one release count the attended appointments of an area and month, the one by duration and the other in all.
{{ config(severity='warn', meta={
    'dimension': 'consistency',
    'why': 'attended appointments by duration and in the regional CSV of the same release are equal in each area and month (June 2023 to November 2025: 180 of 180)',
    'remedy': 'Look for a part of a release that is missing, or add the other file of that release',
}) }}
with durations as (
    select
        area_code_published,
        appointment_month,
        release.period_start,
        sum(appointments) as appointments
    from {{ ref('stg_gp_appointments_duration') }}
    join {{ source('catalogue', 'release') }} as release using (release_id)
    group by all
),

regional as (
    select
        area_code_published,
        appointment_month,
        release.period_start,
        sum(appointments) as appointments
    from {{ ref('stg_gp_appointments_regional') }}
    join {{ source('catalogue', 'release') }} as release using (release_id)
    where appointment_status = 'Attended'
    group by all
)

select
    durations.*,
    regional.appointments as regional_appointments
from durations
join regional using (area_code_published, appointment_month, period_start)
where durations.appointments <> regional.appointments
