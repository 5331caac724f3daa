-- Grain: one row per month, kind of organisation, one or two organisations and measure. Totals of England are rows too: `is_total`.
with source as (
    select * from {{ source('bronze', 'talking_therapies_monthly__activity_performance') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- organisation
        group_type,
        org_code1,
        org_name1,
        org_code2,
        org_name2,
        group_type = 'England' as is_total,

        -- time
        reporting_period_start as period_start,
        reporting_period_end as period_end,

        -- measure
        measure_id,
        measure_name,
        measure_value as value_published,
        measure_value_status as value_status
    from source
)

select * from renamed
