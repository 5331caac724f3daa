-- Full times of an organisation and month by the main staff groups, which es_01 adds up, are those of the publisher's total.
{{ config(meta={
    'dimension': 'accuracy',
    'why': 'full-time equivalents of the main staff groups add up to the total of the organisation, so that none is left out or doubled',
    'remedy': 'See which main groups the release has, and name them in the macro main_staff_groups',
}) }}
select organisation_code, month_end
from {{ ref('stg_hchs_workforce_monthly_organisations') }}
where measure = 'fte'
group by organisation_code, month_end
having abs(
    coalesce(sum(value) filter (is_total), 0) - coalesce(sum(value) filter (staff_group in ({{ main_staff_groups() }})), 0)
) > 0.01
union all
select region_code, month_end
from {{ ref('stg_hchs_workforce_monthly_regions') }}
where measure = 'fte'
group by region_code, month_end
having abs(
    coalesce(sum(value) filter (is_total), 0) - coalesce(sum(value) filter (staff_group in ({{ main_staff_groups() }})), 0)
) > 0.01
