-- Grain: one row per commissioner and month, England among them.
with source as (
    select * from {{ source('bronze', 'mar_admissions__commissioner') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        month as month_start,
        commissioner_code as area_code_published,
        commissioner_name as area_name_published,
        nullif(area_code, '-') as parent_code_published,
        area_name as parent_name_published,
        commissioner_code is null as is_total,
        elective_ordinary,
        elective_daycase,
        elective_total,
        elective_planned_ordinary,
        elective_planned_daycase,
        elective_planned_total,
        elective_treatment_centres,
        non_elective,
        gp_referrals_made_all,
        gp_referrals_seen_all,
        gp_referrals_made,
        gp_referrals_seen,
        other_referrals_made,
        first_attendances
    from source
)

select * from renamed
