-- Grain: one row per area, metric, definition version and period of the figure, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_31_bcf_indicators__figures') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_for_period() }},

        -- what
        area_code as area_code_published,
        metric_id,
        definition_version::integer as definition_version,
        figure_period_start,
        figure_period_end,
        figure_period_type,
        measure as measure_published,

        -- measures
        numerator::decimal(18, 4) as numerator,
        numerator_status,
        denominator::decimal(18, 4) as denominator,
        denominator_status,
        value::decimal(18, 4) as value_published,
        value_status,
        lower_95::decimal(18, 4) as lower_95_published,
        upper_95::decimal(18, 4) as upper_95_published
    from source
)

select * from renamed
