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
        metrics.metric_key, metrics.metric_id, metrics.definition_version, metrics.unit, metrics.method, metrics.source,
        metrics.per, rows.area_code, rows.period_start, rows.period_end, rows.period_type, rows.breakdown_type, rows.breakdown_value,
        rows.numerator, rows.denominator, rows.value_status, rows.release_id,
        stated.value_published, stated.qualifier,
        null::double as value_stated, null::double as lower_stated, null::double as upper_stated
    from (
        select * from {{ ref('int_metric_gp_appointments') }}
        union all by name
        select * from {{ ref('int_metric_gp_lists') }}
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
        stated.value_published::double as value_stated, stated.lower_published::double as lower_stated,
        stated.upper_published::double as upper_stated
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
        *,
        case
            when value_status = 'not_reproducible' then null
            when method = 'count' then numerator::double
            when method = 'wilson' then {{ percentage('numerator', 'denominator') }}
            when method = 'difference' then (numerator - denominator)::double
            when method = 'ratio' then {{ ratio('numerator', 'denominator', 'per') }}
            when method = 'stated' then value_stated
        end as value,
        case method when 'wilson' then {{ wilson_lower('numerator', 'denominator', z_95()) }} else lower_stated end as lower_95,
        case method when 'wilson' then {{ wilson_upper('numerator', 'denominator', z_95()) }} else upper_stated end as upper_95,
        case method when 'wilson' then {{ wilson_lower('numerator', 'denominator', z_998()) }} end as lower_998,
        case method when 'wilson' then {{ wilson_upper('numerator', 'denominator', z_998()) }} end as upper_998,
        -- A stated percentage whose parts are known is checked against them; other stated figures have nothing to check.
        case
            when method = 'stated' and unit = 'percent' then {{ percentage('numerator', 'denominator') }}
            when method = 'wilson' then {{ percentage('numerator', 'denominator') }}
            when method = 'count' then numerator::double
            when method = 'difference' then (numerator - denominator)::double
            when method = 'ratio' then {{ ratio('numerator', 'denominator', 'per') }}
        end as recomputed
    from parts
)

select
    * exclude (recomputed, per, value_stated, lower_stated, upper_stated, qualifier),
    {{ agrees('recomputed', 'value_published', 'qualifier') }} as recompute_ok
from valued
