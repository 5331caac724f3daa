-- The metric is the sum of its detail, area by area, for lists and for appointments by practice.
{{ config(meta={
    'dimension': 'accuracy',
    'why': 'pc_50 of a country is the sum of its practices, and pc_05.v2 of sub-ICB locations the sum of theirs',
    'remedy': 'Look at int_gp_list_size_period and int_metric_gp_lists: a practice has two areas or none',
}) }}
with lists as (
    select extract_date as period_start, sum(patients) as detail
    from {{ ref('gp_list_size_internal') }}
    where sex = 'all' and age_band = 'all'
    group by all
),

appointments as (
    select appointment_month as period_start, sum(appointments) as detail
    from {{ ref('gp_appointments_practice_month_internal') }}
    where breakdown_type = 'none'
    group by all
),

metric as (
    select metric_key, period_start, sum(numerator) as added_up
    from {{ ref('metric_value_internal') }}
    where breakdown_type = 'none'
      and ((metric_key = 'pc_50.v1' and area_type = 'practice') or (metric_key = 'pc_05.v2' and area_type = 'sub_icb_location'))
    group by all
)

select 'pc_50.v1' as metric_key, lists.period_start, lists.detail, metric.added_up
from lists left join metric on metric.period_start = lists.period_start and metric.metric_key = 'pc_50.v1'
where lists.detail is distinct from metric.added_up
union all
select 'pc_05.v2', appointments.period_start, appointments.detail, metric.added_up
from appointments left join metric on metric.period_start = appointments.period_start and metric.metric_key = 'pc_05.v2'
where appointments.detail is distinct from metric.added_up
