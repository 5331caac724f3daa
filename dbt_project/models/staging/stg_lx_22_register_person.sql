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
        extract_id,
        submitting_org_ods as submitting_org_code,
        icb_ods as icb_code,
        month as period_start,
        last_day(month) as period_end,
        'month' as period_type,
        supplied_at,
        version,
        data_status,

        -- who: a pseudonym, and whose it is
        person,
        regexp_extract(person, '^(.*:)[^:]*$', 1) as person_domain,

        -- what
        age_band,
        sex,
        lsoa21 as lsoa_code,
        practice_ods as practice_code,
        register,
        cohort,
        risk,
        in_hospital,
        keyworker
    from source
)

select * from renamed
