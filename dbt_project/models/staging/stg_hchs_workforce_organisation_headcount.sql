-- Grain: one row per organisation, nationality group, staff group and day; regions and England are in stg_hchs_workforce_region_headcount.
with source as (
    select * from {{ source('bronze', 'hchs_workforce__organisation_headcount') }}
    where organisation_code is not null
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
        region_code,
        region_name,

        -- time
        as_at,

        -- who
        nationality_group,
        staff_group,

        -- measure
        headcount::decimal(18, 4) as headcount
    from source
)

select * from renamed
