-- The publisher draws the totals and the ages of practices from one extract: where both are here they say the same.
{{ config(severity='warn', meta={
    'dimension': 'accuracy',
    'why': 'a practice has as many patients in the list by age as in the list of totals of the same day',
    'remedy': 'Add the newest revision of both files of that day: gp-reg-pat-prac-all and gp-reg-pat-prac-quin-age',
}) }}
select ages.extract_date, ages.org_code_published, ages.patients as patients_by_age, totals.patients
from {{ ref('stg_gp_registered_patients_quinary_age') }} as ages
join {{ ref('stg_gp_registered_patients_practice_totals') }} as totals
    on totals.extract_date = ages.extract_date
    and totals.practice_code = ages.org_code_published
where ages.org_type = 'practice'
  and ages.sex = 'ALL'
  and ages.age_group = 'ALL'
  and ages.patients <> totals.patients
