-- Grain: one row per metric of a determinant, version, area and period for which a value is due and none is held.
-- Due: every period for which some area has a value, for every area of the metric's types down to councils that was there on
-- its last day; of a metric that nobody has a value of, the last whole period of its cadence that any release reaches.
{%- set types = ['country', 'nhs_region', 'region', 'icb', 'stp', 'upper_tier_local_authority'] %}
with metrics as (
    select metric.*
    from {{ source('catalogue', 'metric') }} as metric
    join {{ ref('four_step_model') }} as determinant on determinant.item_kind = 'determinant' and determinant.item_id = metric.theme
    where metric.is_summed and metric.cadence <> 'irregular'
),

held as (
    select * from {{ ref('int_metric_summed') }} where breakdown_type = 'none'
    union all by name
    select * from {{ ref('int_metric_standardised') }} where breakdown_type = 'none'
),

reach as (
    select max(period_end) as last_day from {{ source('catalogue', 'release') }} where counts
),

last_whole as (
    select
        cadence,
        case cadence
            when 'monthly' then date_trunc('month', last_day + 1)::date - 1
            when 'quarterly' then date_trunc('quarter', last_day + 1)::date - 1
            else make_date((year(last_day + 1) - case when month(last_day + 1) < 4 then 1 else 0 end)::integer, 3, 31)
        end as period_end,
        case cadence when 'monthly' then 'month' when 'quarterly' then 'quarter' else 'financial_year' end as period_type
    from reach, (select distinct cadence from metrics)
),

periods as (
    -- A fictional area is due what fictional ones have, a real one what real ones have.
    select distinct metric_id, definition_version, period_start, period_end, period_type, area.origin
    from held
    join {{ ref('int_area') }} as area using (area_code)
    union all
    select
        metric_id, definition_version,
        case period_type
            when 'month' then date_trunc('month', period_end)::date
            when 'quarter' then date_trunc('quarter', period_end)::date
            else (period_end + 1 - to_years(1))::date
        end,
        period_end, period_type, null
    from metrics
    join last_whole using (cadence)
    where (metric_id, definition_version) not in (select metric_id, definition_version from held)
),

areas as (
    select
        area_code, {{ type_since_2022('area_type') }} as area_type, origin, coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('int_area') }}
    where area_type in ({{ "'" ~ types | join("', '") ~ "'" }})
      and (area_type <> 'country' or area_code = 'E92000001' or area_code like 'local:%')
      and left(area_code, 1) not in ('W', 'S', 'N')
      and origin in (select origin from {{ source('catalogue', 'release') }} where counts)
)

select
    metrics.metric_id, metrics.definition_version, areas.area_code, periods.period_start, periods.period_end, periods.period_type,
    'none' as breakdown_type, 'all' as breakdown_value, metrics.source, null::decimal(18, 4) as numerator,
    null::decimal(18, 4) as denominator, 'missing' as value_status, '' as release_id
from metrics
join periods using (metric_id, definition_version)
join areas
    on list_contains(string_split(metrics.geographies, ' '), areas.area_type)
    and periods.period_end between areas.valid_from and areas.valid_to
    and coalesce(periods.origin, areas.origin) = areas.origin
anti join held
    on held.metric_id = metrics.metric_id
    and held.definition_version = metrics.definition_version
    and held.area_code = areas.area_code
    and held.period_start = periods.period_start
    and held.period_end = periods.period_end
