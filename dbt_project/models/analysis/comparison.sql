-- Grain: one row per latest value of a whole area (metric, area, period type, source) and area that it is compared with in the same period.
-- Numbers of things are not compared: they are larger where more people live.
with metric_values as (
    select mv.*, metric.direction
    from {{ ref('metric_latest') }} as mv
    join {{ ref('metric') }} as metric on metric.metric_key = mv.metric_key
    where mv.breakdown_type = 'none' and {{ is_comparable('mv.method', 'mv.unit') }}
),

wholes as (
    select
        ancestor.area_code, ancestor.ancestor_code as reference_area_code, ancestor.span_from, ancestor.span_to,
        area.area_type as reference_type, null::integer as neighbour_rank, null::varchar as neighbours_source
    from {{ ref('int_area_ancestor') }} as ancestor
    join {{ ref('area') }} as area on area.area_code = ancestor.ancestor_code
    where area.area_type in ('country', 'nhs_region', 'region', 'icb', 'stp') and ancestor.area_code <> ancestor.ancestor_code
),

-- DfE knows councils by numbers of its own and by names.
named as (
    select distinct dfe_number, {{ council_name_of('authority_name') }} as council_name
    from {{ ref('stg_dfe_local_authorities_neighbours') }}
),

councils as (
    select named.dfe_number, area.area_code, area.valid_from, area.valid_to
    from named
    join {{ ref('area') }} as area
        on area.area_type = 'upper_tier_local_authority' and {{ council_name_of('area.area_name') }} = named.council_name
),

-- A list that an ICS supplies (CIPFA's, say) takes the place of DfE's for the councils that it is about.
supplied as (
    select
        listed.area_code, listed.neighbour_code as reference_area_code, coalesce(area.valid_from, date '1900-01-01') as span_from,
        coalesce(area.valid_to, date '9999-12-31') as span_to, 'neighbour' as reference_type, listed.neighbour_rank,
        listed.neighbours_source
    from {{ ref('council_neighbour') }} as listed
    join {{ ref('area') }} as area on area.area_code = listed.neighbour_code
    where listed.neighbour_code <> listed.area_code
),

neighbours as (
    select
        council.area_code, neighbour.area_code as reference_area_code,
        greatest(coalesce(council.valid_from, date '1900-01-01'), coalesce(neighbour.valid_from, date '1900-01-01')) as span_from,
        least(coalesce(council.valid_to, date '9999-12-31'), coalesce(neighbour.valid_to, date '9999-12-31')) as span_to,
        'neighbour' as reference_type, listed.neighbour_rank,
        'DfE children''s services statistical neighbours' as neighbours_source
    from {{ ref('stg_dfe_local_authorities_neighbours') }} as listed
    join councils as council on council.dfe_number = listed.dfe_number
    join councils as neighbour
        on neighbour.dfe_number = listed.neighbour_number and neighbour.area_code <> council.area_code
    where council.area_code not in (select area_code from supplied)
),

reference_areas as (
    select * from wholes
    union all
    select * from neighbours
    union all
    select * from supplied
),

paired as (
    select
        mine.*, other.area_code as reference_area_code, other.area_name as reference_area_name, other.value as reference_value,
        reference_areas.reference_type, reference_areas.neighbour_rank, reference_areas.neighbours_source
    from metric_values as mine
    join reference_areas
        on reference_areas.area_code = mine.area_code
        and mine.period_end between reference_areas.span_from and reference_areas.span_to
    join {{ ref('metric_value') }} as other
        on other.metric_key = mine.metric_key
        and other.area_code = reference_areas.reference_area_code
        and other.period_key = mine.period_key
        and other.period_type = mine.period_type
        and other.source = mine.source
        and other.breakdown_type = 'none'
)

select
    metric_key, area_key, period_key, period_start, period_end, period_type, area_code, area_name, area_type, reference_type,
    reference_area_code, reference_area_name, neighbour_rank,
    neighbours_source,
    value, lower_95, upper_95, lower_998, upper_998, unit, direction, reference_value,
    round(value - reference_value, 10) as difference,
    {{ compared('lower_95', 'upper_95', 'reference_value', 'direction') }} as verdict_95,
    {{ compared('lower_998', 'upper_998', 'reference_value', 'direction') }} as verdict_998,
    case
        when value is null then 'value_missing'
        when reference_value is null then 'reference_missing'
        when lower_95 is null or upper_95 is null then 'no_limits'
        else 'compared'
    end as comparison_status,
    source
from paired
