-- Four sheets and the national series count the same delayed days of England.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'delayed days of England are the same by type of care, responsible organisation and reason of the monthly sheets, in their sheet of England and in the national series (in all 8 months that were looked at)',
    'remedy': 'Look for a sheet that was revised without the others, or a month whose revised file is missing',
}) }}
with totals as (
    select month_start, 'type of care' as counted_by, total as delayed_days
    from {{ ref('stg_dtoc_type_of_care') }}
    where is_total
    union all
    select month_start, 'responsible organisation' as counted_by, total as delayed_days
    from {{ ref('stg_dtoc_responsible_organisation') }}
    where is_total
    union all
    select month_start, 'reason' as counted_by, delayed_days
    from {{ ref('stg_dtoc_reason') }}
    where is_total and is_all_reasons
    union all
    select month_start, 'sheet of England' as counted_by, sum(delayed_days) as delayed_days
    from {{ ref('stg_dtoc_england') }}
    where is_all_reasons
    group by month_start
    union all
    select month_start, 'series' as counted_by, total as delayed_days
    from {{ ref('stg_dtoc_series_month') }}
    union all
    select month_start, 'detail of the series' as counted_by, sum(delayed_days) as delayed_days
    from {{ ref('stg_dtoc_series_detail') }}
    group by month_start
    union all
    select month_start, 'reasons of the series' as counted_by, delayed_days
    from {{ ref('stg_dtoc_series_reason') }}
    where is_all_reasons
)

select month_start, min(delayed_days) as least, max(delayed_days) as most
from totals
group by month_start
having min(delayed_days) <> max(delayed_days)
