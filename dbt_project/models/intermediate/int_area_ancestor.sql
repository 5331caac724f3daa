-- Grain: one row per area, an area that contains it (itself included) and a span of days: what rolls up into what.
-- A practice is counted to the ICB that the practice files say, which is not always that of its sub-ICB location (29
-- practices in December 2025): so the publisher's own totals of ICBs are reproduced. On days for which no file says an ICB,
-- its location decides. It is counted to its network, and through that to the places that a system declares (LX-37) and to nothing
-- else: a place is not made up from the practices that some report names. Through a place nothing counts to a system: a place
-- may reach over the border of one, and what lies in two places would be there twice.
with recursive areas as (
    select published_code as area_code, span_from, span_to
    from {{ ref('int_area_canonical') }}
    where published_code = canonical_code
),

types as (
    select area_code, area_type from {{ ref('int_area') }}
),

part_of as (
    select part_of.*, child.area_type as child_type, parent.area_type as parent_type
    from {{ ref('int_area_part_of') }} as part_of
    join types as child on child.area_code = part_of.area_code
    join types as parent on parent.area_code = part_of.parent_code
),

ancestors as (
    select area_code, area_code as ancestor_code, span_from, span_to from areas
    union
    select
        ancestors.area_code, part_of.parent_code, greatest(ancestors.span_from, part_of.span_from),
        least(ancestors.span_to, part_of.span_to)
    from ancestors
    join part_of
        on part_of.area_code = ancestors.ancestor_code
        and part_of.child_type <> 'practice'
        and (part_of.child_type <> 'place' or part_of.parent_type = 'place' or ancestors.area_code = ancestors.ancestor_code)
    where greatest(ancestors.span_from, part_of.span_from) <= least(ancestors.span_to, part_of.span_to)
),

declared_places as (
    select distinct parent_code as area_code from part_of where parent_type = 'place' and stated_by = 'LX-37'
),

of_practices as (
    select * from part_of
    where child_type = 'practice' and (parent_type <> 'place' or parent_code in (select area_code from declared_places))
),

-- The days for which files say an ICB (or STP) follow each other without a gap.
with_icb as (
    select area_code, min(span_from) as icb_from, max(span_to) as icb_to
    from of_practices
    where parent_type in ('icb', 'stp')
    group by area_code
),

by_location as (
    select of_practices.*, with_icb.icb_from, with_icb.icb_to
    from of_practices
    left join with_icb using (area_code)
    where of_practices.parent_type not in ('icb', 'stp', 'pcn', 'place')
),

-- What leads on to all that contains it: the ICB, and the location before and after the days with one.
leads_on as (
    select area_code, parent_code, span_from, span_to from of_practices where parent_type in ('icb', 'stp')
    union all
    select area_code, parent_code, span_from, least(span_to, coalesce(icb_from - 1, span_to))::date from by_location
    union all
    select area_code, parent_code, greatest(span_from, icb_to + 1)::date, span_to from by_location where icb_to < span_to
),

of_practices_up as (
    select of_practices.area_code, of_practices.parent_code as ancestor_code, of_practices.span_from, of_practices.span_to
    from of_practices
    union
    select
        of_practices.area_code, ancestors.ancestor_code, greatest(of_practices.span_from, ancestors.span_from),
        least(of_practices.span_to, ancestors.span_to)
    from of_practices
    join ancestors on ancestors.area_code = of_practices.parent_code
    where of_practices.parent_type in ('pcn', 'place')
      and ancestors.ancestor_code in (select area_code from declared_places)
      and greatest(of_practices.span_from, ancestors.span_from) <= least(of_practices.span_to, ancestors.span_to)
    union
    select
        leads_on.area_code, ancestors.ancestor_code, greatest(leads_on.span_from, ancestors.span_from),
        least(leads_on.span_to, ancestors.span_to)
    from leads_on
    join ancestors on ancestors.area_code = leads_on.parent_code and ancestors.ancestor_code <> leads_on.parent_code
    where greatest(leads_on.span_from, ancestors.span_from) <= least(leads_on.span_to, ancestors.span_to)
),

every_way as (
    select area_code, ancestor_code, span_from, span_to from ancestors
    union
    select area_code, ancestor_code, span_from, span_to from of_practices_up
),

-- A small area reaches its council directly and through its ward: on a day each ancestor stands once.
flagged as (
    select
        *,
        case
            when span_from - 1 <= max(span_to) over (
                partition by area_code, ancestor_code order by span_from, span_to
                rows between unbounded preceding and 1 preceding
            ) then 0
            else 1
        end as begins_anew
    from every_way
),

numbered as (
    select *, sum(begins_anew) over (partition by area_code, ancestor_code order by span_from, span_to) as stretch
    from flagged
)

select area_code, ancestor_code, min(span_from) as span_from, max(span_to) as span_to
from numbered
group by area_code, ancestor_code, stretch
