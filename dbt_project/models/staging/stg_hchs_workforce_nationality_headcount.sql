-- Grain: one row per month, area and nationality, with the totals of their groups.
with source as (
    select * from {{ source('bronze', 'hchs_workforce__nationality_headcount') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- time
        month as month_start,

        -- area, as published
        area,
        area = 'England' as is_england,

        -- who
        nationality_group,
        nationality is null as is_group_total,
        coalesce(nationality, 'all') as nationality,

        -- measure
        case
            when headcount_status = 'not_applicable' then 0
            else headcount
        end::decimal(18, 4) as headcount
    from source
)

select * from renamed
