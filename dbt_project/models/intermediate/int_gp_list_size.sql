-- Grain: one row per practice, day of the extract, sex and age band; `all` stands for the totals.
-- A practice's total comes from the file of totals, from the file by age only where that day has no file of totals.
with totals as (
    select
        practice_code, extract_date, 'all' as sex, 'all' as age_band, patients, release_id, member, source_row
    from {{ ref('stg_gp_registered_patients_practice_totals') }}
),

by_age as (
    select
        org_code_published as practice_code, extract_date, lower(sex) as sex,
        replace(lower(age_group), '_', '-') as age_band, patients, release_id, member, source_row
    from {{ ref('stg_gp_registered_patients_quinary_age') }}
    where org_type = 'practice'
)

select * from totals
union all
select * from by_age
where not (sex = 'all' and age_band = 'all' and extract_date in (select extract_date from totals))
