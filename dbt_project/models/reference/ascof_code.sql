-- Grain: one row per framework, code, part and first year in which the code means the measure. A code means one measure in one
-- framework only: 2A, 2B and 2D were given to other measures in April 2023.
select
    framework || '/' || code || coalesce('(' || part || ')', '') || '/' || first_year as ascof_code_key,
    framework,
    first_year,
    last_year,
    code,
    part,
    measure,
    previous_code,
    previous_part,
    metric_key,
    verified = 'yes' as is_verified,
    source
from {{ ref('ascof_code_of_framework') }}
