-- A practice counts once on each level of areas: two would double its patients, none would lose them.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'every practice with a list is part of exactly one sub-ICB location (or CCG), one ICB and one country on that day',
    'remedy': 'Look at int_practice_area; if a code has no parent, add the ONS lookup of its year',
}) }}
with lists as (
    select distinct practice_code, extract_date from {{ ref('int_gp_list_size') }}
),

levels as (
    select lists.practice_code, lists.extract_date, 
        case area.area_type when 'ccg' then 'sub_icb_location' when 'stp' then 'icb' else area.area_type end as level
    from lists
    join {{ ref('int_area_ancestor') }} as ancestor
        on ancestor.area_code = lists.practice_code and lists.extract_date between ancestor.span_from and ancestor.span_to
    join {{ ref('int_area') }} as area on area.area_code = ancestor.ancestor_code
)

select
    practice_code, extract_date, count(*) filter (level = 'sub_icb_location') as sub_icb_locations,
    count(*) filter (level = 'icb') as icbs, count(*) filter (level = 'country') as countries
from levels
group by all
having sub_icb_locations <> 1 or icbs <> 1 or countries <> 1
