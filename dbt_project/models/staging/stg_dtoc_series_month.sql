-- Grain: one row per month.
with by_type as (
    select
        *,
        {{ month_of_financial_year('month_name', 'financial_year_start') }} as month_start
    from {{ source('bronze', 'dtoc__series_by_type_of_care') }}
),

by_organisation as (
    select
        *,
        {{ month_of_financial_year('month_name', 'financial_year_start') }} as month_start
    from {{ source('bronze', 'dtoc__series_by_responsible_organisation') }}
),

joined as (
    select
        by_type.release_id,
        by_type.member,
        by_type.source_row,
        by_type.month_start,
        by_type.acute,
        by_type.non_acute,
        by_type.total,
        by_type.acute_per_day,
        by_type.non_acute_per_day,
        by_type.total_per_day,
        by_organisation.nhs,
        by_organisation.social_care,
        by_organisation.nhs_and_social_care,
        by_organisation.nhs_per_day,
        by_organisation.social_care_per_day,
        by_organisation.nhs_and_social_care_per_day,
        by_organisation.total as total_of_organisations
    from by_type
    left join by_organisation using (month_start)
)

select * from joined
