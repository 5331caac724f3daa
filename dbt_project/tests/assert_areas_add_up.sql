-- Sub-ICB locations, ICBs and regions each add up to the country, period by period.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'each level of areas adds up to the country',
    'remedy': 'Look at reference.area_link: an area has two parents or none',
}) }}
with levels as (
    select period_start, period_end, period_type, area_type, sum(numerator) as appointments
    from {{ ref('metric_value_internal') }}
    where metric_key = 'pc_05.v1' and source = 'gp_appointments_regional' and breakdown_type = 'none'
    group by all
)
select period_start, period_end, period_type
from levels
group by all
having min(appointments) <> max(appointments) or count(*) <> 4
