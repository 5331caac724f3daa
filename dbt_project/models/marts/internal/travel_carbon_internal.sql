-- Grain: one row per organisation, financial year, kind of line and its parts (journey group, mode, fuel, ownership, scope); before
-- disclosure control. A part that a kind of line does not have is blank.
{{ config(alias='travel_carbon') }}
with lines as (
    {{ travel_and_carbon_lines() }}
)

select
    -- whose and when
    lines.org_code,
    canonical.canonical_code as area_code,
    lines.period_start,
    lines.period_end,
    -- what
    lines.line_type,
    coalesce(lines.journey_group, '') as journey_group,
    coalesce(lines.mode, '') as mode,
    coalesce(lines.fuel, '') as fuel,
    coalesce(lines.ownership, '') as ownership,
    coalesce(lines.scope, '') as scope,
    max(lines.footprint) as footprint,
    -- how much, and how it is known
    sum(lines.trips)::decimal(18, 4) as trips,
    sum(lines.miles)::decimal(18, 4) as miles,
    sum(lines.vehicle_count)::decimal(18, 4) as vehicles,
    sum(lines.tco2e)::decimal(18, 4) as tco2e,
    string_agg(distinct lines.basis, ' ' order by lines.basis) as basis,
    case when bool_or(lines.given_status <> 'exact') then 'estimated' else 'exact' end as value_status,
    string_agg(distinct lines.release_id, ' ' order by lines.release_id) as release_id
from lines
left join {{ ref('int_area_canonical') }} as canonical
    on canonical.published_code = lines.org_code
    and lines.period_end between canonical.span_from and canonical.span_to
group by all
