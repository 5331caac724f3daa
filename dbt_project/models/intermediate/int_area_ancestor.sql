-- Grain: one row per area, an area that contains it (itself included) and a span of days: what rolls up into what.
with recursive ancestors as (
    select canonical_code as area_code, canonical_code as ancestor_code, span_from, span_to
    from {{ ref('int_area_canonical') }}
    where published_code = canonical_code
    union
    select
        ancestors.area_code, part_of.parent_code, greatest(ancestors.span_from, part_of.span_from),
        least(ancestors.span_to, part_of.span_to)
    from ancestors
    join {{ ref('int_area_part_of') }} as part_of on part_of.area_code = ancestors.ancestor_code
    where greatest(ancestors.span_from, part_of.span_from) <= least(ancestors.span_to, part_of.span_to)
)

select * from ancestors
