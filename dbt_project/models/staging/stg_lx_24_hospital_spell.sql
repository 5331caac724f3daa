-- Grain: one row per person, admission and provider, as submitted, without anything that says who it is.
with source as (
    select * from {{ source('bronze', 'lx_24_hospital_spell__spells') }}
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
        provider_ods as provider_code,
        admission_date,
        discharge_date,
        admission_method,
        specialty,
        unit_type,
        cost_gbp
    from source
)

select * from renamed
