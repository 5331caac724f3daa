-- Grain: one row per person, as submitted, without anything that says who it is.
with source as (
    select * from {{ source('bronze', 'lx_22_register_person__people') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_for_month('month') }},

        -- who: a pseudonym, and whose it is
        person,
        {{ person_domain('person') }} as person_domain,

        -- what
        age_band,
        sex,
        lsoa21 as lsoa_code,
        practice_ods as practice_code,
        register,
        cohort,
        risk,
        in_hospital,
        keyworker,
        complexity,
        housing_need,
        turns_18 = 'yes' as turns_18
    from source
)

select * from renamed
