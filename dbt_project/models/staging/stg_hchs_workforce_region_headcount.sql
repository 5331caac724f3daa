-- Grain: one row per region or England, nationality group, staff group and day: controls, to which organisations add up or more.
with source as (
    select * from {{ source('bronze', 'hchs_workforce__organisation_headcount') }}
    where organisation_code is null
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- area, as published
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
