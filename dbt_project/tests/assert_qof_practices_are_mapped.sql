-- Registers and places of practices are two files of one year: a practice that is in one only has no area, or no patients.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'a year that has both files has the same practices in each (2020/21: 6,571)',
    'remedy': 'Download both files of the year again; they are published together',
}) }}
with prevalence as (
    select distinct
        release.period_start,
        practice_code
    from {{ ref('stg_qof_prevalence') }}
    join {{ source('catalogue', 'release') }} as release using (release_id)
),

places as (
    select
        release.period_start,
        practice_code
    from {{ ref('stg_qof_practice_map') }}
    join {{ source('catalogue', 'release') }} as release using (release_id)
),

years as (
    select period_start from prevalence
    intersect
    select period_start from places
)

select
    period_start,
    practice_code
from prevalence
full join places using (period_start, practice_code)
where period_start in (select period_start from years)
  and (places.practice_code is null or prevalence.practice_code is null)
