-- Grain: one row per metric, version, area, period and breakdown of pc_05.v2, pc_06.v3, pc_50, pc_51, pc_52 and pc_53.
{{ config(materialized='view') }}
with practice_month as (
    select * from {{ ref('int_gp_practice_month') }}
),

ancestors as (
    select * from {{ ref('int_area_ancestor') }}
),

area_types as (
    select area_code, area_type from {{ ref('int_area') }}
),

-- Appointments of practices and networks, and of sub-ICB locations and ICBs by national category, which no regional file has.
of_networks as (
    select
        ancestors.ancestor_code as area_code, area_types.area_type, practice_month.appointment_month as period_start,
        practice_month.appointment_month_end as period_end, sum(practice_month.appointments)::decimal(18, 4) as appointments,
        sum(practice_month.appointments) filter (list_size > 0)::decimal(18, 4) as appointments_with_list,
        sum(practice_month.list_size)::decimal(18, 4) as list_size,
        list_sort(list(distinct practice_month.release_id)) as release_ids,
        list_sort(list(distinct practice_month.list_release_id) filter (list_size > 0)) as list_release_ids
    from practice_month
    join ancestors
        on ancestors.area_code = practice_month.practice_code
        and practice_month.appointment_month_end between ancestors.span_from and ancestors.span_to
    join area_types
        on area_types.area_code = ancestors.ancestor_code and area_types.area_type in ('practice', 'pcn', 'place', 'icb')
    group by all
),

-- How and whether they took place, of networks and what they lie in.
kinds_of_networks as (
    select
        ancestors.ancestor_code as area_code, rows.appointment_month as period_start, rows.appointment_month_end as period_end,
        rows.breakdown_type, sum(rows.appointments)::decimal(18, 4) as appointments,
        coalesce(sum(rows.appointments) filter (rows.breakdown_value in ('Face-to-Face', 'Home Visit')), 0)::decimal(18, 4) as in_person,
        coalesce(sum(rows.appointments) filter (rows.breakdown_value = 'DNA'), 0)::decimal(18, 4) as not_attended,
        array_to_string(list_sort(list(distinct rows.release_id)), ' ') as release_id
    from {{ ref('int_gp_practice_appointments') }} as rows
    join ancestors
        on ancestors.area_code = rows.practice_code
        and rows.appointment_month_end between ancestors.span_from and ancestors.span_to
    join area_types on area_types.area_code = ancestors.ancestor_code and area_types.area_type in ('pcn', 'place', 'icb')
    where rows.breakdown_type in ('appointment_mode', 'appointment_status')
    group by all
),

by_category as (
    select
        ancestors.ancestor_code as area_code, rows.appointment_month as period_start, rows.appointment_month_end as period_end,
        rows.breakdown_type, rows.breakdown_value, sum(rows.appointments)::decimal(18, 4) as appointments,
        array_to_string(list_sort(list(distinct rows.release_id)), ' ') as release_id
    from {{ ref('int_gp_practice_appointments') }} as rows
    join ancestors
        on ancestors.area_code = rows.sub_icb_location_code
        and rows.appointment_month_end between ancestors.span_from and ancestors.span_to
    join area_types on area_types.area_code = ancestors.ancestor_code and area_types.area_type = 'sub_icb_location'
    where rows.breakdown_type in ('none', 'national_category')
    group by all
),

appointments as (
    select
        'pc_05' as metric_id, 2 as definition_version, area_code, period_start, period_end, 'month' as period_type,
        'none' as breakdown_type, 'all' as breakdown_value, appointments as numerator, null::decimal(18, 4) as denominator,
        'exact' as value_status, array_to_string(release_ids, ' ') as release_id
    from of_networks
    -- Of ICBs the regional file speaks (pc_05.v1).
    where area_type <> 'icb'
    union all
    select
        'pc_05', 2, area_code, period_start, period_end, 'month', breakdown_type, breakdown_value, appointments, null, 'exact',
        release_id
    from by_category
),

registered as (
    select
        'pc_50' as metric_id, 1 as definition_version, area_code, extract_date as period_start, extract_date as period_end,
        'snapshot' as period_type, breakdown_type, breakdown_value, patients as numerator, null::decimal(18, 4) as denominator,
        'exact' as value_status, release_id
    from {{ ref('int_gp_list_size_period') }}
),

-- Appointments are recorded by the practices that the coverage file counts as included: they are set against the lists of
-- those, which scales for practices that record nothing.
covered as (
    select
        ancestors.ancestor_code as area_code, coverage.month_start as period_start, coverage.month_end as period_end,
        sum(coverage.patients_included)::decimal(18, 4) as patients_included,
        list(distinct coverage.release_id) as release_ids, count(*) as locations
    from {{ ref('int_gp_coverage') }} as coverage
    join ancestors
        on ancestors.area_code = coverage.area_code and coverage.month_end between ancestors.span_from and ancestors.span_to
    group by all
),

locations_with_appointments as (
    select
        ancestors.ancestor_code as area_code, monthly.appointment_month as period_start,
        count(distinct monthly.area_code) as locations
    from {{ ref('int_gp_appointments_breakdown') }} as monthly
    join ancestors
        on ancestors.area_code = monthly.area_code
        and last_day(monthly.appointment_month) between ancestors.span_from and ancestors.span_to
    group by all
),

rate_of_areas as (
    select
        'pc_51' as metric_id, 1 as definition_version, counts.area_code, counts.period_start, counts.period_end,
        'month' as period_type, 'none' as breakdown_type, 'all' as breakdown_value, counts.appointments as numerator,
        covered.patients_included as denominator, 'exact' as value_status,
        array_to_string(list_sort(list_distinct(list_concat(string_split(counts.release_id, ' '), covered.release_ids))), ' ') as release_id
    from {{ ref('int_gp_appointments_period') }} as counts
    join covered using (area_code, period_start, period_end)
    -- A rate stands only where appointments and lists are of the same locations.
    join locations_with_appointments as located
        on located.area_code = counts.area_code
        and located.period_start = counts.period_start
        and located.locations = covered.locations
    where counts.period_type = 'month' and counts.breakdown_type = 'none' and covered.patients_included > 0
),

rate_of_practices as (
    select
        'pc_52' as metric_id, 1 as definition_version, area_code, period_start, period_end, 'month' as period_type,
        'none' as breakdown_type, 'all' as breakdown_value, appointments_with_list as numerator, list_size as denominator,
        'exact' as value_status, array_to_string(list_concat(release_ids, list_release_ids), ' ') as release_id
    from of_networks
    where list_size > 0
),

kinds as (
    select
        case breakdown_type when 'appointment_mode' then 'pc_06' else 'pc_53' end as metric_id,
        case breakdown_type when 'appointment_mode' then 3 else 1 end as definition_version, area_code, period_start, period_end,
        'month' as period_type, 'none' as breakdown_type, 'all' as breakdown_value,
        case breakdown_type when 'appointment_mode' then in_person else not_attended end as numerator,
        appointments as denominator, 'exact' as value_status, release_id
    from kinds_of_networks
    where appointments > 0
)

select * from appointments
union all by name
select * from kinds
union all by name
select * from registered
union all by name
select * from rate_of_areas
union all by name
select * from rate_of_practices
