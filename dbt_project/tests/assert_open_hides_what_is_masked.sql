-- No masked cell shows a figure in the open part, and nothing else is lost from it.
{{ config(meta={
    'dimension': 'validity',
    'why': 'the open part holds every internal row, and no figure of a masked cell',
    'remedy': 'Look at the macro disclosed and at the mask',
}) }}
select 'rows' as fault
where (select count(*) from {{ ref('metric_value') }}) <> (select count(*) from {{ ref('metric_value_internal') }})
   or (select count(*) from {{ ref('gp_appointments_month') }}) <> (select count(*) from {{ ref('gp_appointments_month_internal') }})
   or (select count(*) from {{ ref('place_measure') }}) <> (select count(*) from {{ ref('place_measure_internal') }})
union all
select 'figure shown'
from {{ ref('metric_value') }}
semi join {{ source('disclosure', 'metric_value') }} using (
    metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, source
)
where coalesce(value, numerator, denominator, lower_95, upper_95, lower_998, upper_998, value_published) is not null
