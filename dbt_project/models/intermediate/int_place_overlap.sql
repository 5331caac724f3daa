-- Grain: one row per place and another of its level and model that holds some of the same people on some day, both ways.
-- People are held as practices, networks, wards, small areas or councils, whichever way a place reaches them.
with places as (
    select distinct place_code, level, model from {{ ref('int_place_member') }}
),

held as (
    select
        ancestor.area_code, ancestor.ancestor_code as place_code, ancestor.span_from, ancestor.span_to, places.level, places.model
    from {{ ref('int_area_ancestor') }} as ancestor
    join places on places.place_code = ancestor.ancestor_code
    where ancestor.area_code not in (select place_code from places)
)

select
    mine.place_code, other.place_code as other_place_code, mine.level, mine.model,
    count(distinct mine.area_code)::integer as shared_areas
from held as mine
join held as other
    on other.area_code = mine.area_code
    and other.place_code <> mine.place_code
    and other.level = mine.level
    and other.model = mine.model
    and greatest(mine.span_from, other.span_from) <= least(mine.span_to, other.span_to)
group by all
