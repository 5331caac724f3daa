-- Grain: one row per month, breakdown, six levels and metric. Totals of England are rows too: `is_total`.
with source as (
    select * from {{ source('bronze', 'mhsds_lda__restrictive_interventions') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- what it is a figure of
        breakdown,
        nullif(level_one, 'NONE') as level_one,
        nullif(level_one_description, 'NONE') as level_one_description,
        nullif(level_two, 'NONE') as level_two,
        nullif(level_two_description, 'NONE') as level_two_description,
        nullif(level_three, 'NONE') as level_three,
        nullif(level_three_description, 'NONE') as level_three_description,
        nullif(level_four, 'NONE') as level_four,
        nullif(level_four_description, 'NONE') as level_four_description,
        nullif(level_five, 'NONE') as level_five,
        nullif(level_five_description, 'NONE') as level_five_description,
        nullif(level_six, 'NONE') as level_six,
        nullif(level_six_description, 'NONE') as level_six_description,
        breakdown = 'England' as is_total,

        -- time
        reporting_period_start as period_start,
        reporting_period_end as period_end,
        status,

        -- measure
        metric,
        metric_value as value_published,
        metric_value_status as value_status
    from source
)

select * from renamed
