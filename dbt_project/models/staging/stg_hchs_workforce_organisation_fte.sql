-- Grain: one row per month, organisation, staff group and nationality.
with source as (
    select * from {{ source('bronze', 'hchs_workforce__organisation_fte') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- organisation, as published
        organisation_code,
        organisation_name,

        -- time
        month as month_start,

        -- who
        staff_group,
        nationality,

        -- measure
        fte
    from source
)

select * from renamed
