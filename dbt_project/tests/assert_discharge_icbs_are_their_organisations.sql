-- Two tables on one sheet leave out the same patients: the ICBs are the sum of their trusts and providers.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'patients and discharges of all ICBs are those of all trusts (acute) or providers (community), for each day and measure and for each destination (in all 7 months that were looked at)',
    'remedy': 'Compare both tables of the sheet with the publisher; if the file is wrong, wait for a revised release',
}) }}
with figures as (
    select 'acute' as setting, day::varchar || ' ' || measure as figure, area_level, patients
    from {{ ref('stg_discharge_sitrep_acute_daily') }}
    union all
    select 'acute' as setting, month_start::varchar || ' ' || destination as figure, area_level, discharges as patients
    from {{ ref('stg_discharge_sitrep_acute_pathways') }}
    union all
    select 'community' as setting, day::varchar || ' ' || measure as figure, area_level, patients
    from {{ ref('stg_discharge_sitrep_community_daily') }}
    union all
    select 'community' as setting, month_start::varchar || ' ' || destination as figure, area_level, discharges as patients
    from {{ ref('stg_discharge_sitrep_community_pathways') }}
)

select
    setting,
    figure,
    sum(patients) filter (area_level = 'icb') as icbs,
    sum(patients) filter (area_level in ('trust', 'provider')) as organisations
from figures
group by setting, figure
having icbs <> organisations
