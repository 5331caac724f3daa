-- Nothing is lost or doubled between bronze and the mart of detail.
{{ config(meta={
    'dimension': 'completeness',
    'why': 'rows and appointments in the mart of detail are those of the releases that count',
    'remedy': 'Look at int_gp_appointments: a join loses or multiplies rows',
}) }}
with published as (
    select count(*) as source_rows, coalesce(sum(count_of_appointments), 0) as appointments
    from {{ source('bronze', 'gp_appointments_regional__regional') }}
),
mart as (
    select count(*) as source_rows, coalesce(sum(appointments), 0) as appointments
    from {{ ref('gp_appointments_month_internal') }}
),
unmapped as (
    select
        count(*) filter (area_code is null) as source_rows,
        coalesce(sum(appointments) filter (area_code is null), 0) as appointments
    from {{ ref('int_gp_appointments') }}
)
select published.*
from published, mart, unmapped
where published.source_rows <> mart.source_rows + unmapped.source_rows
   or published.appointments <> mart.appointments + unmapped.appointments
