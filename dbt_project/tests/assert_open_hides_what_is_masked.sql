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
   or (select count(*) from {{ ref('spend_month') }}) <> (select count(*) from {{ ref('spend_month_internal') }})
   or (select count(*) from {{ ref('estate_site') }}) <> (select count(*) from {{ ref('estate_site_internal') }})
   or (select count(*) from {{ ref('travel_carbon') }}) <> (select count(*) from {{ ref('travel_carbon_internal') }})
   or (select count(*) from {{ ref('bcf_plan_figure') }}) <> (select count(*) from {{ ref('bcf_plan_figure_internal') }})
union all
select 'figure shown'
from {{ ref('metric_value') }} as shown
join {{ source('disclosure', 'metric_value') }} as mask using (
    metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, source
)
where value_published is not null
   -- A mask that rounds has what is shown instead; of one that hides there is nothing.
   or numerator is distinct from mask.numerator_shown
   or denominator is distinct from mask.denominator_shown
   or mask.mask_status = 'suppressed' and coalesce(value, numerator, denominator, lower_95, upper_95, lower_998, upper_998) is not null
union all
select 'spend shown'
from {{ ref('spend_month') }} as shown
join {{ ref('spend_month_internal') }} as internal using (
    organisation_code, icb_code, month_start, supplier_type, supplier_location, influenceable
)
left join {{ source('disclosure', 'spend_month') }} as mask using (
    organisation_code, icb_code, month_start, supplier_type, supplier_location, influenceable
)
where (mask.mask_status is not null or not internal.amount_is_open)
  and coalesce(shown.amount_gbp, shown.payments, shown.suppliers) is not null
union all
select 'figure not rounded'
from {{ ref('metric_value') }} as shown
join {{ source('disclosure', 'metric_value') }} as mask using (
    metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, source
)
where mask.mask_status = 'rounded' and (numerator is null or numerator % 5 <> 0 or shown.method = 'wilson' and denominator % 5 <> 0)
union all
select 'figure of a plan shown'
from {{ ref('bcf_plan_figure') }} as shown
join {{ source('disclosure', 'bcf_plan_figure') }} as mask using (board_code, source, plan_start, metric, role, period_start, period_end)
where coalesce(shown.value_stated, shown.lower_stated, shown.upper_stated) is not null
   or shown.numerator is distinct from mask.numerator_shown
   or shown.denominator is distinct from mask.denominator_shown
   or mask.mask_status = 'suppressed' and shown.value_recomputed is not null
