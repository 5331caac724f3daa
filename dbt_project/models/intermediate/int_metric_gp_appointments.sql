-- Grain: one row per metric, version, area, period and breakdown of pc_05, pc_06 and pc_07.
{{ config(materialized='view') }}
with counts as (
    select * from {{ ref('int_gp_appointments_period') }}
),

totals as (
    select * from counts where breakdown_type = 'none'
),

by_mode as (
    select
        area_code, period_start, period_end, period_type,
        sum(appointments) filter (breakdown_value in ('Face-to-Face', 'Home Visit')) as in_person,
        sum(appointments) filter (breakdown_value = 'Unknown') as of_unknown_mode
    from counts
    where breakdown_type = 'appointment_mode'
    group by all
),

appointments as (
    select
        'pc_05' as metric_id, 1 as definition_version, area_code, period_start, period_end, period_type,
        breakdown_type, breakdown_value, appointments as numerator, null::decimal(18, 4) as denominator,
        'exact' as value_status, release_id
    from counts
),

in_person as (
    select
        'pc_06' as metric_id, version.definition_version, totals.area_code, totals.period_start, totals.period_end,
        totals.period_type, 'none' as breakdown_type, 'all' as breakdown_value,
        coalesce(by_mode.in_person, 0) as numerator,
        totals.appointments
            - case version.definition_version when 2 then coalesce(by_mode.of_unknown_mode, 0) else 0 end as denominator,
        'exact' as value_status, totals.release_id
    from totals
    join by_mode using (area_code, period_start, period_end, period_type)
    cross join (values (1), (2)) as version (definition_version)
),

-- Each total also under the code that its area has one and two years later, to be compared with.
totals_later as (
    select
        totals.period_start, totals.period_end, totals.period_type, totals.appointments, totals.release_id,
        version.definition_version, canonical.canonical_code as area_code
    from totals
    cross join (values (1), (2)) as version (definition_version)
    join {{ ref('int_area_canonical') }} as canonical
        on canonical.published_code = totals.area_code
        and last_day(totals.period_end + to_years(version.definition_version)) between canonical.span_from and canonical.span_to
    where totals.period_type = 'rolling_12_months'
),

-- The same twelve months one (version 1) or two (version 2) years before; where the release does not reach back
-- so far the row says so instead of vanishing.
change as (
    select
        'pc_07' as metric_id, version.definition_version, later.area_code, later.period_start, later.period_end,
        later.period_type, 'none' as breakdown_type, 'all' as breakdown_value,
        later.appointments as numerator, earlier.appointments as denominator,
        case when earlier.appointments is null then 'not_reproducible' else 'exact' end as value_status,
        case
            when earlier.release_id is null or earlier.release_id = later.release_id then later.release_id
            else earlier.release_id || ' ' || later.release_id
        end as release_id
    from totals as later
    cross join (values (1), (2)) as version (definition_version)
    left join totals_later as earlier
        on earlier.area_code = later.area_code
        and earlier.definition_version = version.definition_version
        and earlier.period_start = later.period_start - to_years(version.definition_version)
    where later.period_type = 'rolling_12_months'
)

select * from appointments
union all by name
select * from in_person
union all by name
select * from change
