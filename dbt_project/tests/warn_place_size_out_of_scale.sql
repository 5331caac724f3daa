-- The scale that place leaders name (fact pl_01): a neighbourhood 7,000 to 50,000 people, a place 250,000 to 1.2 million. Fictional
-- networks are left out, which are large on purpose. A place has the patients of the networks that a report counts to it.
{{ config(severity='warn', meta={
    'dimension': 'accuracy',
    'why': 'a network or place whose lists lie outside the scale that place leaders name may have lost or doubled its practices',
    'remedy': 'Look at its practices in reference.area_link, and at its members in seeds/place_member.csv; some places are as large',
}) }}
with bands as (
    select
        max(value) filter (measure = 'community population, low') as least_of_network,
        max(value) filter (measure = 'neighbourhood population, maximum') as most_of_network,
        max(value) filter (measure = 'place population, typical low') as least_of_place,
        max(value) filter (measure = 'place population, maximum') as most_of_place
    from {{ ref('place_fact') }}
    where fact_id = 'pl_01'
),

networks as (
    select lists.area_code, lists.period_end, lists.numerator as patients
    from {{ ref('metric_value') }} as lists
    where lists.metric_key = 'pc_50.v1' and lists.area_type = 'pcn' and lists.breakdown_type = 'none'
      and split_part(lists.release_id, ' ', 1) in (select release_id from {{ source('catalogue', 'release') }} where origin = 'real')
    qualify lists.period_end = max(lists.period_end) over ()
),

places as (
    select members.place_code as area_code, networks.period_end, sum(networks.patients) as patients
    from networks
    join {{ ref('place_member') }} as members on members.member_code = networks.area_code
    group by all
)

select networks.area_code, networks.period_end, networks.patients
from networks
cross join bands
where networks.patients not between bands.least_of_network and bands.most_of_network
union all
select places.area_code, places.period_end, places.patients
from places
cross join bands
where places.patients not between bands.least_of_place and bands.most_of_place
