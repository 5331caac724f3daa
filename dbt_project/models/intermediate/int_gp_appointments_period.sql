-- Grain: one row per area (sub-ICB location, ICB, region, country), period (month, rolling twelve months),
-- breakdown_type and breakdown_value.
-- An area is the one valid on the period's last day: months under a code that was reissued within the period count for
-- its successor. A rolling period stands only where every part of the area has all of its twelve months.
with monthly as (
    select * from {{ ref('int_gp_appointments_breakdown') }}
),

months as (
    select distinct appointment_month from monthly
),

windows as (
    select appointment_month as period_start, last_day(appointment_month) as period_end, 'month' as period_type, 1 as months
    from months
    union all
    select (appointment_month - interval 11 month)::date, last_day(appointment_month), 'rolling_12_months', 12
    from months
    where (appointment_month - interval 11 month)::date >= (select min(appointment_month) from months)
),

-- The code of each month's sub-ICB location on the last day of the period.
code_at_end as (
    select codes.area_code as code_of_month, windows.period_end, canonical.canonical_code as area_code
    from (select distinct area_code from monthly) as codes
    cross join (select distinct period_end from windows) as windows
    join {{ ref('int_area_canonical') }} as canonical
        on canonical.published_code = codes.area_code
        and windows.period_end between canonical.span_from and canonical.span_to
),

by_sub_icb_location as (
    select
        code_at_end.area_code,
        windows.period_start,
        windows.period_end,
        windows.period_type,
        windows.months,
        monthly.breakdown_type,
        monthly.breakdown_value,
        sum(monthly.appointments)::decimal(18, 4) as appointments,
        list_sort(list(distinct monthly.release_id)) as release_ids,
        count(distinct monthly.appointment_month) filter (monthly.breakdown_type = 'none') as months_held
    from windows
    join monthly on monthly.appointment_month between windows.period_start and windows.period_end
    join code_at_end
        on code_at_end.code_of_month = monthly.area_code and code_at_end.period_end = windows.period_end
    group by all
),

rolled_up as (
    select
        ancestor.ancestor_code as area_code,
        parts.period_start,
        parts.period_end,
        parts.period_type,
        parts.breakdown_type,
        parts.breakdown_value,
        sum(parts.appointments)::decimal(18, 4) as appointments,
        list_sort(list_distinct(flatten(list(parts.release_ids)))) as release_ids,
        bool_and(parts.breakdown_type <> 'none' or parts.months_held = parts.months) as is_whole
    from by_sub_icb_location as parts
    join {{ ref('int_area_ancestor') }} as ancestor
        on ancestor.area_code = parts.area_code and parts.period_end between ancestor.span_from and ancestor.span_to
    group by all
)

select rolled_up.* exclude (release_ids, is_whole), array_to_string(rolled_up.release_ids, ' ') as release_id
from rolled_up
semi join (select * from rolled_up where breakdown_type = 'none' and is_whole) as whole
    using (area_code, period_start, period_end)
