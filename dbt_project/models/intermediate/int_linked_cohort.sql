-- Grain: one row per person and intervention: a care package that began, or a care and treatment review that was held.
-- Half a year before and after it: admissions, nights in hospital, their cost, and what packages cost a week. Never published:
-- a mart may only hold sums over people (cohort_outcome). People are linked within one domain and key of pseudonyms; the test
-- one_key_in_the_linked_cohort stops a run that holds more.
{%- set window = 182 %}
with packages as (
    select * from {{ ref('stg_lx_23_care_package') }}
),

spells as (
    select
        *,
        -- Who is still in hospital is so to the end of what the extract tells.
        coalesce(discharge_date, (period_end + 1)::date) as left_on
    from {{ ref('stg_lx_24_hospital_spell') }}
),

scores as (
    select * from {{ ref('stg_lx_25_risk_score') }}
),

-- The newest month that a person stands on a register: who they are, not who they were.
people as (
    select
        person,
        arg_max(age_band, (period_start, release_id)) as age_band,
        arg_max(sex, (period_start, release_id)) as sex,
        arg_max(cohort, (period_start, release_id)) as cohort,
        arg_max(icb_code, (period_start, release_id)) as icb_code
    from {{ ref('stg_lx_22_register_person') }}
    group by person
),

observed as (
    select max(period_end) as last_day from spells
),

interventions as (
    select distinct person, 'care_package' as intervention_type, package_type as intervention, package_start as started
    from packages
    union all
    select distinct person, 'review' as intervention_type, 'care_and_treatment_review' as intervention, ctr_date as started
    from {{ ref('stg_lx_17_ctr_reviews') }}
    where review_status = 'held'
),

windows as (
    select
        interventions.*,
        (started - {{ window }})::date as before_from,
        (started + {{ window }})::date as after_to,
        started + {{ window }} <= last_day + 1 as is_followed
    from interventions, observed
),

-- Nights of a spell within a window; its cost is shared out by night, a spell within a day costs in the window of its day.
in_hospital as (
    select
        windows.person,
        windows.intervention,
        windows.started,
        count(*) filter (admission_date >= before_from and admission_date < started) as admissions_before,
        count(*) filter (admission_date >= started and admission_date < after_to) as admissions_after,
        sum(greatest(0, least(left_on, started) - greatest(admission_date, before_from))) as nights_before,
        sum(greatest(0, least(left_on, after_to) - greatest(admission_date, started))) as nights_after,
        sum({{ cost_within('before_from', 'started') }}) as cost_before,
        sum({{ cost_within('started', 'after_to') }}) as cost_after,
        count(*) filter (cost_gbp is null) as spells_without_cost
    from windows
    join spells
        on spells.person = windows.person
        and spells.admission_date < windows.after_to
        and spells.left_on >= windows.before_from
    group by all
),

-- What all packages of a person cost a week, on the day before and on the last day of the half year after.
weekly as (
    select
        windows.person,
        windows.intervention,
        windows.started,
        sum(weekly_cost_gbp) filter (package_start < started and coalesce(package_end, started) >= started - 1) as weekly_before,
        sum(weekly_cost_gbp) filter (package_start < after_to and coalesce(package_end, after_to) >= after_to - 1) as weekly_after
    from windows
    join packages on packages.person = windows.person
    group by all
),

risk as (
    select
        windows.person,
        windows.intervention,
        windows.started,
        arg_max(risk_group, (scored_on, tool)) filter (scored_on >= before_from and scored_on < started) as risk_group_before,
        arg_max(risk_group, (scored_on, tool)) filter (scored_on >= started and scored_on < after_to) as risk_group_after
    from windows
    join scores on scores.person = windows.person
    group by all
)

select
    -- who and what
    windows.person,
    {{ person_domain('windows.person') }} as person_domain,
    windows.intervention_type,
    windows.intervention,
    windows.started,
    windows.is_followed,

    -- the person, where on a register
    people.person is not null as is_registered,
    coalesce(people.age_band, 'not known') as age_band,
    coalesce(people.sex, 'not known') as sex,
    coalesce(people.cohort, 'not known') as cohort,
    people.icb_code,
    risk.risk_group_before,
    risk.risk_group_after,

    -- half a year before and after
    coalesce(in_hospital.admissions_before, 0) as admissions_before,
    coalesce(in_hospital.admissions_after, 0) as admissions_after,
    coalesce(in_hospital.nights_before, 0)::bigint as nights_before,
    coalesce(in_hospital.nights_after, 0)::bigint as nights_after,
    coalesce(in_hospital.cost_before, 0)::decimal(18, 2) as hospital_cost_before,
    coalesce(in_hospital.cost_after, 0)::decimal(18, 2) as hospital_cost_after,
    coalesce(in_hospital.spells_without_cost, 0) as spells_without_cost,
    coalesce(weekly.weekly_before, 0)::decimal(18, 2) as weekly_package_cost_before,
    coalesce(weekly.weekly_after, 0)::decimal(18, 2) as weekly_package_cost_after
from windows
left join people on people.person = windows.person
left join in_hospital
    on in_hospital.person = windows.person
    and in_hospital.intervention = windows.intervention
    and in_hospital.started = windows.started
left join weekly
    on weekly.person = windows.person
    and weekly.intervention = windows.intervention
    and weekly.started = windows.started
left join risk
    on risk.person = windows.person
    and risk.intervention = windows.intervention
    and risk.started = windows.started
