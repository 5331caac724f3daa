-- Grain: one row per sub-ICB location and month of the coverage file that counts (null area: unmapped).
select coverage.*, canonical.canonical_code as area_code
from {{ ref('stg_gp_appointments_coverage') }} as coverage
left join {{ ref('int_area_canonical') }} as canonical
    on canonical.published_code = coverage.area_code_published
    and coverage.month_end between canonical.span_from and canonical.span_to
