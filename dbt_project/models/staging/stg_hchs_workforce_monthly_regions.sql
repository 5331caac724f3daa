-- Grain: one row per region or England, month, staff group and measure: controls of the organisations.
with source as (
    select * from {{ source('bronze', 'hchs_workforce_monthly__regions') }}
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
        region_code = 'ENG' as is_england,

        -- time
        date_trunc('month', month_end)::date as month_start,
        month_end,

        -- who
        staff_group,
        staff_group_order,
        staff_group = 'Total' as is_total,

        -- measures
        measure,
        value
    from source
)

select * from renamed
