-- Grain: one row per programme, metric and area that it aims at, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_26_plan__programmes') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_as_at('as_at') }},

        -- what
        programme_id,
        programme_name,
        priority_id,
        proposition,
        intervention,
        metric_id,
        definition_version,
        area_code as area_code_published,
        direction,
        baseline_period_start,
        baseline_period_end,
        target_date,
        comparison_areas,
        lead_org_code,
        funding_source,
        start_date,
        end_date,
        status,

        -- measures
        baseline_value::decimal(18, 4) as baseline_value,
        target_value::decimal(18, 4) as target_value,
        funding_gbp::decimal(18, 4) as funding_gbp
    from source
)

select * from renamed
