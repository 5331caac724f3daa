-- Grain: one row per small area, ward, council or region, the area that it is part of, and span of days, as published or as it follows
-- from a change: on every day both are valid.
-- A vintage of a lookup speaks from its year on, the first for all years before and the last for all after. Between two of them,
-- and after the last, a council that ended hands its parts and its whole on to its successor.
with stated as (
    select lsoa_code as area_code, ward_code as parent_code, vintage_start, 'lsoa_to_ward' as lookup, 'ward' as level
    from {{ ref('stg_ons_lsoa_to_ward') }}
    union
    select lsoa_code, council_code, vintage_start, 'lsoa_to_ward', 'council' from {{ ref('stg_ons_lsoa_to_ward') }}
    union
    select lsoa_code, council_code, vintage_start, 'lsoa_to_ccg', 'council' from {{ ref('stg_ons_lsoa_to_ccg') }}
    union
    select lsoa_code, ccg_ons_code, vintage_start, 'lsoa_to_ccg', 'ccg' from {{ ref('stg_ons_lsoa_to_ccg') }}
    union
    select ward_code, council_code, vintage_start, 'ward_to_region', 'council' from {{ ref('stg_ons_ward_to_region') }}
    union
    select council_code, county_code, vintage_start, 'ward_to_region', 'county' from {{ ref('stg_ons_ward_to_region') }}
    -- Metropolitan counties and the halves of London have no council.
    where county_code like 'E10%'
    union
    select lower_tier_code, upper_tier_code, vintage_start, 'lower_to_upper_tier', 'county' from {{ ref('stg_ons_lower_to_upper_tier') }}
    where lower_tier_code <> upper_tier_code
    union
    select
        case when county_code like 'E10%' then county_code else council_code end, coalesce(region_code, country_code), vintage_start,
        'ward_to_region', 'region'
    from {{ ref('stg_ons_ward_to_region') }}
    union
    select region_code, country_code, vintage_start, 'ward_to_region', 'country' from {{ ref('stg_ons_ward_to_region') }}
    where region_code is not null
),

validity as (
    select
        area_code, coalesce(valid_from, date '1900-01-01') as valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('int_area') }}
),

-- Two lookups of one year that state the same are one statement; of two that differ the alphabet decides, and a test says so.
by_vintage as (
    select area_code, level, vintage_start, parent_code
    from stated
    qualify row_number() over (partition by area_code, level, vintage_start order by lookup, parent_code) = 1
),

-- A lookup bears its year only: a council that it lists was not there before it began, and the one before it lasted till then.
begun as (
    select by_vintage.*, greatest(by_vintage.vintage_start, parent.valid_from) as begins
    from by_vintage
    join validity as parent on parent.area_code = by_vintage.parent_code
),

spans as (
    select
        area_code, parent_code, case when row_number() over following = 1 then date '1900-01-01' else begins end as span_from,
        coalesce(lead(begins) over following - 1, date '9999-12-31')::date as span_to
    from begun
    window following as (partition by area_code, level order by vintage_start)
),

successors as (
    select old_code, new_code, event_date, method
    from {{ ref('int_area_event') }}
    where event = 'reorganised'
),

-- On the days of a statement on which the whole had ended, the part lies in its successor, if it went over as one.
handed_on as (
    select area_code, parent_code, span_from, span_to from spans
    union
    select spans.area_code, successors.new_code, greatest(spans.span_from, successors.event_date), spans.span_to
    from spans
    join successors on successors.old_code = spans.parent_code and successors.method <> 'split'
    where successors.event_date <= spans.span_to
),

-- What succeeded a part lies where that lay.
inherited as (
    select area_code, parent_code, span_from, span_to from handed_on
    union
    select successors.new_code, handed_on.parent_code, greatest(handed_on.span_from, successors.event_date), handed_on.span_to
    from handed_on
    join successors on successors.old_code = handed_on.area_code
    where successors.event_date <= handed_on.span_to
      and successors.new_code not in (
          select by_vintage.area_code from by_vintage where by_vintage.level in ('county', 'region')
      )
      and successors.new_code <> handed_on.parent_code
)

select
    inherited.area_code,
    inherited.parent_code,
    greatest(inherited.span_from, child.valid_from, parent.valid_from) as span_from,
    least(inherited.span_to, child.valid_to, parent.valid_to) as span_to,
    'ONS lookups' as stated_by
from inherited
join validity as child on child.area_code = inherited.area_code
join validity as parent on parent.area_code = inherited.parent_code
where greatest(inherited.span_from, child.valid_from, parent.valid_from) <= least(inherited.span_to, child.valid_to, parent.valid_to)
