-- Grain: one row per organisation, sex, age group and day of the extract; ALL stands for the totals.
with source as (
    select * from {{ source('bronze', 'gp_registered_patients__quinary_age') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- organisation, as published
        org_type,
        org_code as org_code_published,
        ons_code as org_ons_code_published,
        postcode,

        -- time
        extract_date,

        -- who
        sex,
        age_group,

        -- measure
        patients::decimal(18, 4) as patients
    from source
)

select * from renamed
