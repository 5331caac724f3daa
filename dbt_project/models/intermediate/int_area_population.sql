-- Grain: one row per area code, year, sex (persons, males, females) and single year of age, 90 for 90 and over; no row for all ages.
-- Codes are those of the estimate's own areas: a count of an area that has been split or merged since is not carried on.
select
    area_code_published as area_code,
    year,
    sex,
    replace(age, '+', '')::integer as age,
    population,
    reference_date,
    release_id,
    member,
    source_row
from {{ ref('stg_ons_mye_population') }}
where age <> 'All ages'
