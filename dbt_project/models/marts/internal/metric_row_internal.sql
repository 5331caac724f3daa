-- Grain: one row per metric, part, area, period, breakdowns and published column of a record (release_id, member, source_row).
-- Records of people are not listed: what they give stands in the sums.
{{ config(alias='metric_row') }}
select
    metric_key,
    part,
    area_code,
    period_start,
    period_end,
    breakdowns,
    coalesce(geographies, '') as geographies,
    coalesce(stratum, '') as stratum,
    amount::decimal(18, 4) as amount,
    published_column,
    cell::decimal(18, 4) as cell,
    source,
    release_id,
    member,
    source_row
from {{ ref('int_metric_row') }}
where area_code is not null and not is_of_people
