-- Patients of the latest list. The bands are those of the NHS Confederation's report on place (2025): neighbourhoods of 7,000 to
-- 50,000 people, places of 250,000 to 1.2 million.
{{ config(severity='warn', meta={
    'dimension': 'validity',
    'why': 'a declared neighbourhood has 7,000 to 50,000 people and a declared place 250,000 to 1.2 million',
    'remedy': 'Look whether its level is right and its list of members whole (reference.place_membership); smaller and larger ones exist',
}) }}
with lists as (
    select area_code, extract_date, patients
    from {{ ref('int_gp_list_size_period') }}
    where breakdown_type = 'none'
    qualify row_number() over (partition by area_code order by extract_date desc) = 1
)

select distinct members.place_code, members.level, lists.extract_date, lists.patients
from {{ ref('int_place_member') }} as members
join lists on lists.area_code = members.place_code
where members.is_declared
  and case members.level
      when 'neighbourhood' then lists.patients not between 7000 and 50000
      else lists.patients not between 250000 and 1200000
  end
