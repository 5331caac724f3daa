-- Grain: one row per metric_id, definition_version, area_code, period_start, period_end, breakdown_type,
-- breakdown_value and source. Value and limits come from the parts by the method of the metric catalogue.
{{ config(materialized='view') }}
with metrics as (
    select * from {{ source('catalogue', 'metric') }}
),

stated as (
    select * from {{ ref('int_place_measure') }} where area_code is not null and metric_id is not null
),

computed as (
    select
        metrics.metric_key, metrics.metric_id, metrics.definition_version, metrics.unit, metrics.method,
        coalesce(rows.source, metrics.source) as source,
        metrics.per, rows.area_code, rows.period_start, rows.period_end, rows.period_type, rows.breakdown_type, rows.breakdown_value,
        rows.numerator, rows.denominator, rows.value_status, rows.release_id,
        stated.value_published, stated.qualifier,
        rows.value_stated, rows.lower_95_stated, rows.upper_95_stated, rows.lower_998_stated, rows.upper_998_stated
    from (
        select * from {{ ref('int_metric_gp_appointments') }}
        union all by name
        select * from {{ ref('int_metric_gp_lists') }}
        union all by name
        select * from {{ ref('int_metric_summed') }}
        union all by name
        select * from {{ ref('int_metric_standardised') }}
        union all by name
        select * from {{ ref('int_metric_context') }}
        union all by name
        select * from {{ ref('int_metric_due') }}
    ) as rows
    join metrics using (metric_id, definition_version)
    -- What somebody else printed of the same cell stands beside ours.
    left join stated
        on stated.metric_id = rows.metric_id
        and stated.definition_version = rows.definition_version
        and stated.area_code = rows.area_code
        and stated.period_start = rows.period_start
        and stated.period_end = rows.period_end
        and stated.breakdown_type = rows.breakdown_type
        and stated.breakdown_value = rows.breakdown_value
),

as_stated as (
    select
        metrics.metric_key, metrics.metric_id, metrics.definition_version, stated.unit,
        case when metrics.source = 'place_measures' then metrics.method else 'stated' end as method,
        'place_measures' as source, metrics.per,
        stated.area_code, stated.period_start, stated.period_end, stated.period_type, stated.breakdown_type,
        stated.breakdown_value, stated.numerator, stated.denominator,
        case
            when stated.value_status = 'exact' and stated.qualifier <> 'exact' then 'estimated'
            else stated.value_status
        end as value_status,
        stated.release_id, stated.value_published, stated.qualifier,
        stated.value_published::double as value_stated, stated.lower_published::double as lower_95_stated,
        stated.upper_published::double as upper_95_stated
    from stated
    join metrics using (metric_id, definition_version)
),

parts as (
    select * from computed
    union all by name
    select * from as_stated
),

valued as (
    select
        * exclude (lower_95_stated, upper_95_stated, lower_998_stated, upper_998_stated, value_stated),
        {{ valued_by_method() }},
        -- A stated percentage whose parts are known is checked against them; other stated figures have nothing to check.
        case
            when method in ('wilson', 'share') or (method = 'stated' and unit = 'percent') then {{ percentage('numerator', 'denominator') }}
            when method = 'count' then numerator::double
            when method = 'difference' then (numerator - denominator)::double
            when method in ('ratio', 'rate') then {{ ratio('numerator', 'denominator', 'per') }}
        end as recomputed
    from parts
)

select
    * exclude (recomputed, per, qualifier),
    {{ agrees('recomputed', 'value_published', 'qualifier') }} as recompute_ok
from valued
