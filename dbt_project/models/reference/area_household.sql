-- Grain: one row per area_code and reference_date. A unitary council stands in two tiers of the file, with one figure: two would be two rows.
select
    area_code_published || '/' || reference_date as area_household_key,
    area_code_published as area_code, {{ area_type_of('area_code_published') }} as area_type, reference_date, households,
    min(origin) as origin, min(release_id) as release_id
from {{ ref('stg_ons_census_households') }}
group by area_code_published, reference_date, households
