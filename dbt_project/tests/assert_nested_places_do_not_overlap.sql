-- In the nested model neighbourhoods lie in places as places do in systems: nobody is in two of one level.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'what belongs to a nested place belongs to no other nested place of its level on the same day, whichever way it is reached',
    'remedy': 'Look in LX-37 for a network, practice, ward or small area that both reach (reference.place_membership); declare them as hub_and_spoke if both serve it',
}) }}
select place_code, other_place_code, shared_areas
from {{ ref('int_place_overlap') }}
where model = 'nested'
