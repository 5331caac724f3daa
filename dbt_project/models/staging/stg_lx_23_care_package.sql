-- Grain: one row per person, start, type and payer, as submitted, without anything that says who it is.
with source as (
    select * from {{ source('bronze', 'lx_23_care_package__packages') }}
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
        package_start,
        package_end,
        package_type,
        weekly_cost_gbp,
        payer,
        family_support_hours
    from source
)

select * from renamed
