-- Grain: one row per practice and month with appointments, beside the list that they are set against.
-- The list is that of the extract nearest to the first day of the month, at most 92 days off: lists are monthly, but not
-- every month may be held.
with months as (
    select practice_code, appointment_month, appointment_month_end, sub_icb_location_code, appointments, release_id
    from {{ ref('int_gp_practice_appointments') }}
    where breakdown_type = 'none'
),

extracts as (
    select distinct extract_date from {{ ref('int_gp_list_size') }} where sex = 'all' and age_band = 'all'
),

nearest as (
    select appointment_month, extract_date
    from (select distinct appointment_month from months), extracts
    where abs(extract_date - appointment_month) <= 92
    qualify row_number() over (
        partition by appointment_month order by abs(extract_date - appointment_month), extract_date
    ) = 1
)

select
    months.practice_code, months.appointment_month, months.appointment_month_end, months.sub_icb_location_code,
    months.appointments, months.release_id,
    list_size.patients as list_size, list_size.extract_date as list_date, list_size.release_id as list_release_id
from months
left join nearest using (appointment_month)
left join {{ ref('int_gp_list_size') }} as list_size
    on list_size.practice_code = months.practice_code
    and list_size.extract_date = nearest.extract_date
    and list_size.sex = 'all'
    and list_size.age_band = 'all'
