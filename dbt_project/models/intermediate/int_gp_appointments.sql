-- Grain: as stg_gp_appointments_regional, each row with the area that is valid at the end of its month (null: unmapped).
{{ config(materialized='view') }}
with appointments as (
    select * from {{ ref('stg_gp_appointments_regional') }}
),

-- 106 codes and 30 months, so the search by date is done once for each pair and not for each of the rows.
areas_of_month as (
    select pairs.area_code_published, pairs.appointment_month, canonical.canonical_code as area_code
    from (select distinct area_code_published, appointment_month, appointment_month_end from appointments) as pairs
    join {{ ref('int_area_canonical') }} as canonical
        on canonical.published_code = pairs.area_code_published
        and pairs.appointment_month_end between canonical.span_from and canonical.span_to
)

select appointments.*, areas_of_month.area_code
from appointments
left join areas_of_month using (area_code_published, appointment_month)
