-- Grain: one row per person, role and day on which it began, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_13_volunteers_mentoring__people') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_for_period() }},

        -- what
        person_hash,
        role_type,
        age_band,
        sex,
        gender_reassignment,
        ethnicity5,
        disability,
        religion,
        sexual_orientation,
        marital_status,
        pregnancy_maternity,
        start_date,
        end_date,
        beneficiary,
        lad24 as lad_code,

        -- measures
        hours::decimal(18, 4) as hours
    from source
)

select * from renamed
