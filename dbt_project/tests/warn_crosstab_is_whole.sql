-- The crosstab comes in parts, of which a ZIP may lack one; the list of practices beside them has all locations.
{{ config(severity='warn', meta={
    'dimension': 'completeness',
    'why': 'every sub-ICB location in the list of practices of a month has appointments in the crosstab of that month',
    'remedy': 'Add the parts of the crosstab that are missing, or ask its publisher for them',
}) }}
with held as (
    select distinct appointment_month, area_code_published from {{ ref('stg_gp_appointments_practice_crosstab') }}
)

select mapping.appointment_month, mapping.sub_icb_location_code, count(distinct mapping.practice_code) as practices
from {{ ref('stg_gp_appointments_practice_mapping') }} as mapping
left join held
    on held.appointment_month = mapping.appointment_month
    and held.area_code_published = mapping.sub_icb_location_code
where held.area_code_published is null
  and mapping.appointment_month in (select appointment_month from held)
group by all
