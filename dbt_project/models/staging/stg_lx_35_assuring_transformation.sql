-- Grain: one row per month, person, first day of the spell and provider, as submitted, without anything that says who it is.
with source as (
    select * from {{ source('bronze', 'lx_35_assuring_transformation__spells') }}
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
        age_band,
        sex,
        category,

        -- where from, where to
        originating_icb as area_code_published,
        commissioner_type,
        provider_ods as provider_code,
        out_of_area,
        out_of_area_reasons,
        distance_km,

        -- the spell
        episode_start,
        episode_end,
        admission_type,
        admission_plan,
        admission_source,
        registered,
        ward_security,
        legal_status,
        s17_leave,
        destination,

        -- the way out
        care_plan,
        delay_reasons,
        planned_discharge,
        plan_agreed_by,

        -- support and oversight
        ehcp,
        keyworker,
        last_ctr,
        ctr_outcome,
        last_visit
    from source
)

select * from renamed
