-- Grain: one row per local authority and month.
with source as (
    select * from {{ source('bronze', 'dtoc__la_by_responsible_organisation') }}
),

renamed as (
    select
        release_id,
        member,
        source_row,
        month as month_start,
        {{ dtoc_local_authority() }},
        nhs,
        nhs_status,
        social_care,
        social_care_status,
        nhs_and_social_care,
        nhs_and_social_care_status,
        total,
        total_status,
        nhs_per_day,
        nhs_per_day_status,
        social_care_per_day,
        social_care_per_day_status,
        nhs_and_social_care_per_day,
        nhs_and_social_care_per_day_status,
        total_per_day,
        total_per_day_status
    from source
)

select * from renamed
