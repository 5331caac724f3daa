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
        {{ submitted_for_month('month') }},

        -- who: a pseudonym, and whose it is
        person,
        {{ person_domain('person') }} as person_domain,

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
