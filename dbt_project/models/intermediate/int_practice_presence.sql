-- Grain: one row per practice and month with a list: which of lists, appointments and register have it.
-- Register and lists are held for some days only: each month is set against the nearest at most 92 days off.
with lists as (
    select distinct practice_code, extract_date from {{ ref('int_gp_list_size') }} where sex = 'all' and age_band = 'all'
),

days as (
    select distinct extract_date from lists
),

registers as (
    select distinct vintage_start from {{ ref('stg_ods_epraccur') }}
),

nearest_register as (
    select extract_date, vintage_start
    from days, registers
    where abs(vintage_start - extract_date) <= 92
    qualify row_number() over (partition by extract_date order by abs(vintage_start - extract_date), vintage_start) = 1
),

registered as (
    select days.extract_date, register.practice_code
    from nearest_register as days
    join {{ ref('stg_ods_epraccur') }} as register using (vintage_start)
    where register.status = 'active' and register.prescribing_setting = 'gp_practice'
      -- The register has Wales too, of which the lists are no part.
      and register.national_grouping_code like 'Y%'
),

months as (
    select appointment_month, practice_code from {{ ref('int_gp_practice_month') }}
),

nearest_month as (
    select extract_date, appointment_month
    from days, (select distinct appointment_month from months)
    where abs(appointment_month - extract_date) <= 92
    qualify row_number() over (partition by extract_date order by abs(appointment_month - extract_date), appointment_month) = 1
),

-- The crosstab comes in parts: it speaks only for practices of sub-ICB locations that it holds.
held as (
    select distinct appointment_month, sub_icb_location_code from {{ ref('int_gp_practice_month') }}
),

spoken_for as (
    select distinct nearest_month.extract_date, area.practice_code
    from nearest_month
    join held using (appointment_month)
    join {{ ref('int_area_canonical') }} as canonical
        on canonical.canonical_code = held.sub_icb_location_code
    join {{ ref('int_practice_area') }} as area
        on area.kind = 'location'
        and area.area_code_published = canonical.published_code
        and nearest_month.extract_date between area.span_from and area.span_to
),

recorded as (
    select nearest_month.extract_date, months.practice_code
    from nearest_month join months using (appointment_month)
),

everyone as (
    select extract_date, practice_code from lists
    union
    select extract_date, practice_code from registered
    union
    select extract_date, practice_code from recorded
)

select
    everyone.practice_code,
    everyone.extract_date,
    lists.practice_code is not null as in_lists,
    case when nearest_register.extract_date is not null then registered.practice_code is not null end as in_register,
    case when spoken_for.practice_code is not null then recorded.practice_code is not null end as in_appointments
from everyone
left join lists using (extract_date, practice_code)
left join registered using (extract_date, practice_code)
left join recorded using (extract_date, practice_code)
left join spoken_for using (extract_date, practice_code)
left join nearest_register using (extract_date)
