-- The metrics of spend are the sums of the mart of detail, trust by trust and month by month.
{{ config(meta={
    'dimension': 'accuracy',
    'why': 'es_09.v4 and es_10.v1 of a trust and month are the sums of its rows in spend_month',
    'remedy': 'Look at int_row_procurement and spend_month_internal',
}) }}
with detail as (
    select
        organisation_code as area_code, month_start as period_start, sum(amount_gbp) as all_spend,
        sum(amount_gbp) filter (influenceable = 'yes') as influenceable
    from {{ ref('spend_month_internal') }}
    where organisation_code in (select area_code from {{ ref('int_area') }} where area_type = 'trust')
    group by all
),

metrics as (
    select
        area_code, period_start, max(numerator) filter (metric_key = 'es_09.v4') as all_spend,
        max(numerator) filter (metric_key = 'es_10.v1') as influenceable
    from {{ ref('metric_value_internal') }}
    where metric_key in ('es_09.v4', 'es_10.v1') and source = 'lx_05_trust_spend' and breakdown_type = 'none' and area_type = 'trust'
      and value_status <> 'missing'
    group by all
)

select *
from detail
full join metrics using (area_code, period_start)
where detail.all_spend is distinct from metrics.all_spend
   or detail.influenceable is distinct from metrics.influenceable
