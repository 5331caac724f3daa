-- The metric is the sum of its detail, area by area and month by month.
{{ config(meta={
    'dimension': 'accuracy',
    'why': 'pc_05 of a sub-ICB location and month is the sum of its rows in gp_appointments_month',
    'remedy': 'Look at int_gp_appointments_breakdown',
}) }}
with detail as (
    select area_code, appointment_month as period_start, sum(appointments) as appointments
    from {{ ref('gp_appointments_month_internal') }}
    group by all
),
metric as (
    select area_code, period_start, numerator
    from {{ ref('metric_value_internal') }}
    where metric_key = 'pc_05.v1' and source = 'gp_appointments_regional' and period_type = 'month'
      and breakdown_type = 'none' and area_type = 'sub_icb_location'
)
select *
from detail
full join metric using (area_code, period_start)
where detail.appointments is distinct from metric.numerator
