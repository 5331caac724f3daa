-- Grain: one row per area, period (month, rolling twelve months), breakdown_type and breakdown_value.
-- A rolling period stands only where all of its twelve months are there.
with monthly as (
    select * from {{ ref('int_gp_appointments_breakdown') }}
),

months as (
    select distinct area_code, appointment_month from monthly
),

windows as (
    select area_code, appointment_month as period_start, last_day(appointment_month) as period_end, 'month' as period_type
    from months
    union all
    select
        ending.area_code, (ending.appointment_month - interval 11 month)::date, last_day(ending.appointment_month),
        'rolling_12_months'
    from months as ending
    join months as held
        on held.area_code = ending.area_code
        and held.appointment_month between ending.appointment_month - interval 11 month and ending.appointment_month
    group by ending.area_code, ending.appointment_month
    having count(*) = 12
)

select
    windows.area_code,
    windows.period_start,
    windows.period_end,
    windows.period_type,
    monthly.breakdown_type,
    monthly.breakdown_value,
    sum(monthly.appointments)::decimal(20, 4) as appointments,
    string_agg(distinct monthly.release_id, ' ' order by monthly.release_id) as release_id
from windows
join monthly
    on monthly.area_code = windows.area_code
    and monthly.appointment_month between windows.period_start and windows.period_end
group by all
