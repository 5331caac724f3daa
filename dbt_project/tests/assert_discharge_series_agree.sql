-- The monthly workbooks and the national series give the same figures of England.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'patients of each day, further days of each week and discharges of each month and destination are the same for England in the monthly tables and in the national series (in all 6 months that both hold)',
    'remedy': 'Add the series of the same release: a later one restates earlier months, so that a month that was not revised with it differs',
}) }}
with months as (
    select 'acute' as setting, day as starts, measure as figure, patients as value
    from {{ ref('stg_discharge_sitrep_acute_daily') }}
    where is_total
    union all
    select 'community' as setting, day as starts, measure as figure, patients as value
    from {{ ref('stg_discharge_sitrep_community_daily') }}
    where is_total
    union all
    select 'acute' as setting, week_start as starts, 'bed_days_' || stay as figure, bed_days as value
    from {{ ref('stg_discharge_sitrep_acute_bed_days') }}
    where is_total
    union all
    select 'community' as setting, week_start as starts, 'bed_days_' || stay as figure, bed_days as value
    from {{ ref('stg_discharge_sitrep_community_bed_days') }}
    where is_total
    union all
    select 'acute' as setting, month_start as starts, destination as figure, discharges as value
    from {{ ref('stg_discharge_sitrep_acute_pathways') }}
    where is_total
    union all
    select 'community' as setting, month_start as starts, destination as figure, discharges as value
    from {{ ref('stg_discharge_sitrep_community_pathways') }}
    where is_total
),

series as (
    select 'acute' as setting, day as starts, measure as figure, patients as value
    from {{ ref('stg_discharge_sitrep_acute_series_daily') }}
    where not regexp_matches(measure, '^P[0-3]')
    union all
    select 'community' as setting, day as starts, measure as figure, patients as value
    from {{ ref('stg_discharge_sitrep_community_series_daily') }}
    where not regexp_matches(measure, '^P[0-3]')
    union all
    select 'acute' as setting, week_start as starts, measure as figure, value
    from {{ ref('stg_discharge_sitrep_acute_series_weekly') }}
    union all
    select 'community' as setting, week_start as starts, measure as figure, value
    from {{ ref('stg_discharge_sitrep_community_series_weekly') }}
    union all
    select 'acute' as setting, date_trunc('month', day)::date as starts, measure as figure, sum(patients) as value
    from {{ ref('stg_discharge_sitrep_acute_series_daily') }}
    where regexp_matches(measure, '^P[0-3]')
    group by all
    union all
    select 'community' as setting, date_trunc('month', day)::date as starts, measure as figure, sum(patients) as value
    from {{ ref('stg_discharge_sitrep_community_series_daily') }}
    where regexp_matches(measure, '^P[0-3]')
    group by all
)

select
    setting,
    starts,
    figure,
    months.value as in_month,
    series.value as in_series
from months
join series using (setting, starts, figure)
where months.value <> series.value
