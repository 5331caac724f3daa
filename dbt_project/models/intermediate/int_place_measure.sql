-- Grain: one row per row of a local extract, with the area that is valid at the end of its period (null: unmapped).
select
    measures.*,
    canonical.canonical_code as area_code
from {{ ref('stg_place_measures') }} as measures
left join {{ ref('int_area_canonical') }} as canonical
    on canonical.published_code = measures.area_code_published
    and measures.period_end between canonical.span_from and canonical.span_to
