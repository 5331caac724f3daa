-- Grain: one row per kind of intervention, breakdown_type and breakdown_value; never a person.
-- People who were followed for half a year. Of fewer than five people nothing is shown, nor of the next group where the
-- hidden ones could be had by subtraction; what is shown is rounded.
{{ config(alias='cohort_outcome') }}
{%- set least = least_people() %}
with cohort as (
    select
        *,
        case
            when age_band in ('0-13', '14-17') then 'under 18'
            when age_band in ('65-74', '75-84', '85+') then '65 and over'
            when age_band = 'not known' then age_band
            else '18 to 64'
        end as age_group
    from {{ ref('int_linked_cohort') }}
    where is_followed
),

by_breakdown as (
    select *, 'none' as breakdown_type, 'all' as breakdown_value from cohort
    union all
    select *, 'age_group', age_group from cohort
    union all
    select *, 'cohort', cohort from cohort
    union all
    select *, 'sex', sex from cohort
),

counted as (
    select
        intervention_type,
        intervention,
        breakdown_type,
        breakdown_value,
        count(distinct person) as people,
        sum(admissions_before) as admissions_before,
        sum(admissions_after) as admissions_after,
        sum(nights_before) as nights_before,
        sum(nights_after) as nights_after,
        sum(hospital_cost_before) as hospital_cost_before,
        sum(hospital_cost_after) as hospital_cost_after,
        sum(weekly_package_cost_before) as weekly_package_cost_before,
        sum(weekly_package_cost_after) as weekly_package_cost_after,
        sum(spells_without_cost) as spells_without_cost
    from by_breakdown
    group by all
),

-- From the smallest group up: those under the least count, and then as many as it takes for the hidden ones to be at least that.
judged as (
    select
        *,
        {{ people_below('people', ['intervention_type', 'intervention', 'breakdown_type'], 'breakdown_value') }} as people_below
    from counted
),

shown as (
    select *, {{ enough_people('people', 'people_below') }} as is_shown from judged
),

releases as (
    select string_agg(distinct release_id, ' ' order by release_id) as release_id
    from (
        select release_id from {{ ref('stg_lx_17_ctr_reviews') }}
        union all
        select release_id from {{ ref('stg_lx_22_register_person') }}
        union all
        select release_id from {{ ref('stg_lx_23_care_package') }}
        union all
        select release_id from {{ ref('stg_lx_24_hospital_spell') }}
        union all
        select release_id from {{ ref('stg_lx_25_risk_score') }}
    )
),

reach as (
    select date_trunc('month', min(started))::date as period_start, last_day(max(started)) as period_end from cohort
)

select
    intervention_type,
    intervention,
    breakdown_type,
    breakdown_value,
    period_start,
    period_end,
    case when is_shown then round(people / {{ least }}.0) * {{ least }} end::bigint as people,
    {%- for measure in ['admissions_before', 'admissions_after', 'nights_before', 'nights_after'] %}
    case when is_shown then round({{ measure }} / {{ least }}.0) * {{ least }} end::bigint as {{ measure }},
    {%- endfor %}
    {%- for measure in ['hospital_cost_before', 'hospital_cost_after', 'weekly_package_cost_before', 'weekly_package_cost_after'] %}
    case when is_shown then round({{ measure }} / 100) * 100 end::decimal(18, 2) as {{ measure }},
    {%- endfor %}
    case when is_shown then spells_without_cost > 0 end as costs_are_incomplete,
    case when is_shown then 'rounded' else 'suppressed' end as value_status,
    release_id
from shown, releases, reach
