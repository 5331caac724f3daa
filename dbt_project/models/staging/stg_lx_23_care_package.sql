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
        package_start,
        package_end,
        package_type,
        weekly_cost_gbp,
        payer,
        family_support_hours
    from source
)

select * from renamed
