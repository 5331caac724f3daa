-- Grain: one row per person, day and kind of review, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_17_ctr__reviews') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_for_month('month') }},

        -- what
        person,
        age_group,
        ctr_type,
        review_status,
        ctr_date,
        scheduled_date,
        due_date,
        admission_date,
        admission_plan,
        ward_security,
        safe,
        current_care,
        plan_in_place,
        needs_hospital,
        outcome_code,
        case when outcome_code in ('2', '3', '5', '6', '7') then 'ready' when outcome_code in ('1', '4') then 'not_ready' else 'no_result' end as decision,
        ebe_present = 'yes' as ebe_present,
        family_present = 'yes' as family_present,
        commissioner_ods as commissioner_code
    from source
)

select * from renamed
