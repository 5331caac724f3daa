-- Grain: one row per award, as published.
with source as (
    select * from {{ source('bronze', 'nihr_awards__awards') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- award
        project_id,
        project_title,
        programme,
        programme_type,
        funding_stream,
        funder,
        project_status,

        -- organisation, as published
        contracted_organisation,
        organisation_type,
        postcode,

        -- time
        start_date,
        end_date,

        -- measure
        award_gbp::decimal(18, 4) as award_gbp
    from source
)

select * from renamed
