-- Grain: one row per metric_id, definition_version, area_code, period_start, period_end, breakdown_type,
-- breakdown_value and source; before disclosure control.
{{ config(alias='metric_value') }}
with metric_values as (
    select * from {{ ref('int_metric_value') }}
),

areas as (
    select area_code, area_name, area_type from {{ ref('int_area') }}
),

maturity_of_release as (
    select release_id, maturity, is_published from {{ source('catalogue', 'release') }}
),

metrics as (
    select metric_key, rounded_by_publisher, country_exact from {{ source('catalogue', 'metric') }}
)

select
    -- keys for tools that join on one column
    metric_values.metric_key,
    metric_values.area_code as area_key,
    metric_values.period_start || '/' || metric_values.period_end as period_key,
    -- what
    metric_values.metric_id,
    metric_values.definition_version::integer as definition_version,
    -- when
    metric_values.period_start,
    metric_values.period_end,
    metric_values.period_type,
    -- where
    metric_values.area_code,
    areas.area_name,
    areas.area_type,
    -- of whom
    metric_values.breakdown_type,
    metric_values.breakdown_value,
    -- how much
    metric_values.numerator::decimal(18, 4) as numerator,
    metric_values.denominator::decimal(18, 4) as denominator,
    metric_values.value,
    metric_values.unit,
    -- how sure
    metric_values.lower_95,
    metric_values.upper_95,
    metric_values.lower_998,
    metric_values.upper_998,
    metric_values.method,
    -- What comes rounded from its publisher (catalogue/disclosure.yml), and sums of it.
    case
        when metrics.rounded_by_publisher
            and maturity_of_release.is_published
            and metric_values.value_status in ('exact', 'estimated')
            and not (metrics.country_exact and areas.area_type = 'country')
            then 'rounded'
        else metric_values.value_status
    end as value_status,
    -- beside what was printed
    metric_values.value_published::decimal(18, 6) as value_published,
    metric_values.recompute_ok,
    -- from where
    metric_values.source,
    maturity_of_release.maturity,
    metric_values.release_id
from metric_values
join areas using (area_code)
join metrics using (metric_key)
-- Several releases in one row: the newest decides.
left join maturity_of_release
    on maturity_of_release.release_id = split_part(metric_values.release_id, ' ', -1)
