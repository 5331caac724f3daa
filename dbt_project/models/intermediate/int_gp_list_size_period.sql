-- Grain: one row per area, day of the extract, breakdown_type (none, sex, age_band) and breakdown_value.
-- By sex and age an area stands only where the practices that are given so make its whole list; of single practices
-- they stand in the mart of detail.
with lists as (
    select
        list_size.*,
        case when age_band <> 'all' then 'age_band' when sex <> 'all' then 'sex' else 'none' end as breakdown_type,
        case when age_band <> 'all' then age_band when sex <> 'all' then sex else 'all' end as breakdown_value
    from {{ ref('int_gp_list_size') }} as list_size
),

by_practice as (
    select practice_code, extract_date, breakdown_type, breakdown_value, sum(patients) as patients, min(release_id) as release_id
    from lists
    group by all
),

by_area as (
    select
        ancestor.ancestor_code as area_code, by_practice.extract_date, by_practice.breakdown_type, by_practice.breakdown_value,
        sum(by_practice.patients)::decimal(18, 4) as patients,
        array_to_string(list_sort(list(distinct by_practice.release_id)), ' ') as release_id,
        count(*) as practices
    from by_practice
    join {{ ref('int_area_ancestor') }} as ancestor
        on ancestor.area_code = by_practice.practice_code
        and by_practice.extract_date between ancestor.span_from and ancestor.span_to
    where by_practice.breakdown_type = 'none' or ancestor.ancestor_code <> by_practice.practice_code
    group by all
),

whole as (
    select area_code, extract_date, patients from by_area where breakdown_type = 'none'
),

reached as (
    select area_code, extract_date, breakdown_type, sum(patients) as patients
    from by_area
    group by all
)

select by_area.*
from by_area
join whole using (area_code, extract_date)
join reached using (area_code, extract_date, breakdown_type)
where reached.patients = whole.patients
