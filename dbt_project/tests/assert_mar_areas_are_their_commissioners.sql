-- Two sheets of one workbook count the same activity: an area is the sum of its commissioners.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'admissions, referrals and first attendances of an SHA, area team or region are those of its commissioners (54 of 54 in the five months that were looked at)',
    'remedy': 'Compare both sheets with the publisher; if the file is wrong, wait for a revised release',
}) }}
with commissioners as (
    select
        month_start,
        parent_code_published as area_code_published,
        sum(elective_total) as elective_total,
        sum(non_elective) as non_elective,
        sum(gp_referrals_made_all) as gp_referrals_made_all,
        sum(first_attendances) as first_attendances
    from {{ ref('stg_mar_admissions_commissioner') }}
    where parent_code_published is not null
    group by month_start, parent_code_published
)

select
    areas.month_start,
    areas.area_code_published
from {{ ref('stg_mar_admissions_area') }} as areas
join commissioners using (month_start, area_code_published)
where (areas.elective_total, areas.non_elective, areas.gp_referrals_made_all, areas.first_attendances)
    <> (commissioners.elective_total, commissioners.non_elective, commissioners.gp_referrals_made_all, commissioners.first_attendances)
