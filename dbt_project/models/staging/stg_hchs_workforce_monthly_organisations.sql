-- Grain: one row per organisation, month, staff group and measure; Total and main groups contain others.
with source as (
    select * from {{ source('bronze', 'hchs_workforce_monthly__organisations') }}
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
        cluster_group,
        benchmark_group,
        icb_code,
        icb_name,
        region_code,
        region_name,

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
