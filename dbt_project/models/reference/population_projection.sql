-- Grain: one row per area_code, base_year, year, sex and age_band.
select
    area_code || '/' || base_year || '/' || year || '/' || sex || '/' || age_band as population_projection_key,
    area_code, {{ area_type_of('area_code') }} as area_type, base_year::integer as base_year, year::integer as year, reference_date, sex,
    age_band, population, origin, release_id
from {{ ref('int_population_projection') }}
