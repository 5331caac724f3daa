-- Grain: one row per dataset and published area code that no area valid at that time answers to.
select
    'gp_appointments_regional' as dataset, area_code_published, count(*) as source_rows,
    min(appointment_month) as first_period_start, max(appointment_month_end) as last_period_end
from {{ ref('int_gp_appointments') }}
where area_code is null
group by all
union all
select 'gp_appointments_practice', area_code_published, count(*), min(appointment_month), max(appointment_month_end)
from {{ ref('int_gp_practice_appointments') }}
where sub_icb_location_code is null and breakdown_type = 'none'
group by all
union all
select 'gp_appointments_coverage', area_code_published, count(*), min(month_start), max(month_end)
from {{ ref('int_gp_coverage') }}
where area_code is null
group by all
union all
select 'place_measures', area_code_published, count(*), min(period_start), max(period_end)
from {{ ref('int_place_measure') }}
where area_code is null
group by all
