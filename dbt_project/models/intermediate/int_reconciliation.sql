-- Grain: one row per comparison, area and period: two files that should agree, side by side.
with crosstab as (
    select sub_icb_location_code as area_code, appointment_month as period, sum(appointments) as figure
    from {{ ref('int_gp_practice_appointments') }}
    where breakdown_type = 'none' and sub_icb_location_code is not null
    group by all
),

regional as (
    select area_code, appointment_month as period, sum(appointments) as figure
    from {{ ref('int_gp_appointments_breakdown') }}
    where breakdown_type = 'none'
    group by all
),

lists as (
    select area_code, extract_date as period, patients as figure
    from {{ ref('int_gp_list_size_period') }}
    where breakdown_type = 'none'
),

-- The coverage file gives months before July 2022 in the areas of its own day, which were others then.
coverage as (
    select area_code, month_start as period, patients_open as figure
    from {{ ref('int_gp_coverage') }}
    where area_code is not null and month_start >= date '2022-07-01'
),

-- What the file by age prints for networks and areas, against the practices' totals that we add up.
printed_by_publisher as (
    select canonical.canonical_code as area_code, quinary.extract_date as period, quinary.patients as figure
    from {{ ref('stg_gp_registered_patients_quinary_age') }} as quinary
    join {{ ref('int_area_canonical') }} as canonical
        on canonical.published_code = coalesce(quinary.org_ons_code_published, quinary.org_code_published)
        and quinary.extract_date between canonical.span_from and canonical.span_to
    where quinary.sex = 'ALL' and quinary.age_group = 'ALL' and quinary.org_type <> 'practice'
),

compared as (
    select 'crosstab_is_regional' as comparison, crosstab.area_code, crosstab.period, crosstab.figure as ours, regional.figure as theirs
    from crosstab join regional using (area_code, period)
    union all
    select 'lists_are_coverage', lists.area_code, lists.period, lists.figure, coverage.figure
    from lists join coverage using (area_code, period)
    union all
    select 'lists_are_printed_totals', lists.area_code, lists.period, lists.figure, printed.figure
    from lists join printed_by_publisher as printed using (area_code, period)
)

select
    comparison, area_code, period, ours::decimal(18, 4) as ours, theirs::decimal(18, 4) as theirs,
    (ours - theirs)::decimal(18, 4) as difference
from compared
