-- A small area that lay in two councils on a day would count twice, one that lay in none would be lost. Before the first lookup none
-- says in which council of the day a small area lay, where councils merged into the one that it lists.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'every LSOA lies in exactly one council on every day from the year of the first lookup on, and no ward or council lies in two of the next level at once',
    'remedy': 'Look at int_council_part_of; if a council ended, add its reorganisation to seeds/area_event.csv',
}) }}
with known_from as (
    select make_date(year(min(vintage_start)), 12, 31) as first_day
    from (
        select vintage_start from {{ ref('stg_ons_lsoa_to_ward') }} union all select vintage_start from {{ ref('stg_ons_lsoa_to_ccg') }}
    )
),

part_of as (
    select part_of.*, child.area_type as child_type, parent.area_type as parent_type
    from {{ ref('int_area_part_of') }} as part_of
    join {{ ref('int_area') }} as child on child.area_code = part_of.area_code
    join {{ ref('int_area') }} as parent on parent.area_code = part_of.parent_code
    where child.area_type in ('lsoa', 'ward', 'upper_tier_local_authority', 'lower_tier_local_authority')
),

in_councils as (
    select area_code, span_from, span_to, child_type
    from part_of
    where parent_type in ('upper_tier_local_authority', 'lower_tier_local_authority')
)

select area_code, 'two at once' as what
from (
    select area_code, span_from <= lag(span_to) over (partition by area_code order by span_from, span_to) as too_early
    from in_councils
)
where too_early
union all
select area_code, 'none on some days'
from in_councils, known_from
where child_type = 'lsoa' and span_to >= first_day
group by area_code, first_day
having sum(span_to - greatest(span_from, first_day) + 1) <> date '9999-12-31' - first_day + 1
