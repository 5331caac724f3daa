-- Grain: one row per board, metric, role and period that it is of, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_32_bcf_plan__metrics') }}
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
        hwb_code as board_code,
        metric,
        definition_version,
        metric_name,
        role,
        of_period_start,
        of_period_end,
        of_period_type,
        direction,
        unit,
        payment_due,
        payment_rule,

        -- measures
        numerator::decimal(18, 4) as numerator,
        numerator_status,
        denominator::decimal(18, 4) as denominator,
        value_stated::decimal(18, 4) as value_stated,
        lower_stated::decimal(18, 4) as lower_stated,
        upper_stated::decimal(18, 4) as upper_stated,
        least_change::decimal(18, 4) as least_change,
        payment_gbp::decimal(18, 4) as payment_gbp
    from source
)

select * from renamed
