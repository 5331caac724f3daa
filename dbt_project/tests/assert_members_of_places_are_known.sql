-- A member that no file knows would leave its people out of the place's figures without a word.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'every network, practice, ward, council, trust and place that belongs to a declared place is an area of the dimension',
    'remedy': 'Correct the code in LX-37, or add the register or lookup that knows it (ods_epcn, ods_epraccur, ods_etr, ons_lookups)',
}) }}
select place_code, member_code
from {{ ref('place_membership') }}
where stated_by = 'LX-37' and member_type = 'other'
