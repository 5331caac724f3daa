-- Grain: one row per month of release, period of the figure, breakdown, organisation or group, second breakdown and measure. Totals of England are rows too: `is_total`.
with source as (
    select * from {{ source('bronze', 'mhsds__measures') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- what it is a figure of
        breakdown,
        primary_level,
        primary_level_description,
        nullif(secondary_level, 'NONE') as secondary_level,
        nullif(secondary_level_description, 'NONE') as secondary_level_description,
        breakdown = 'England' and secondary_level = 'NONE' as is_total,
        primary_level in ('UNKNOWN', 'Unknown') as is_unknown,

        -- time
        reporting_period_start as period_start,
        reporting_period_end as period_end,
        status,

        -- measure
        measure_id,
        measure_name,
        measure_value as value_published,
        measure_value_status as value_status
    from source
)

select * from renamed
