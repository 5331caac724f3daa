-- Grain: one row per area, an area that contains it (itself included) and a span of days: what rolls up into what.
-- A practice is counted to the ICB that the practice files say, which is not always that of its sub-ICB location (29
-- practices in December 2025): so the publisher's own totals of ICBs are reproduced. Where no file says an ICB, its
-- location decides.
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
    join part_of on part_of.area_code = ancestors.ancestor_code and part_of.child_type <> 'practice'
    where greatest(ancestors.span_from, part_of.span_from) <= least(ancestors.span_to, part_of.span_to)
),

of_practices as (
    select * from part_of where child_type = 'practice'
),

with_icb as (
    select distinct area_code from of_practices where parent_type in ('icb', 'stp')
),

-- The network and the location themselves, and all that contains the ICB; of a practice without an ICB, the location.
of_practices_up as (
    select
        of_practices.area_code, ancestors.ancestor_code, greatest(of_practices.span_from, ancestors.span_from) as span_from,
        least(of_practices.span_to, ancestors.span_to) as span_to
    from of_practices
    join ancestors on ancestors.area_code = of_practices.parent_code
    where greatest(of_practices.span_from, ancestors.span_from) <= least(of_practices.span_to, ancestors.span_to)
      and (
          ancestors.ancestor_code = of_practices.parent_code
          or of_practices.parent_type in ('icb', 'stp')
          or of_practices.area_code not in (select area_code from with_icb)
      )
)

select area_code, ancestor_code, span_from, span_to from ancestors
union
select area_code, ancestor_code, span_from, span_to from of_practices_up
