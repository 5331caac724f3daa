-- Grain: one row per statement of a document, figures and words.
with source as (
    select * from {{ source('bronze', 'bcf_plan_document__statements') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- where it stands
        statement_no,
        section,
        quote,
        note,

        -- whose and when
        area as board_code,
        area_name as board_name,
        period_start,
        period_end,
        period_type,

        -- what
        subject,
        subject_id,
        subject_name,
        definition_version::integer as definition_version,
        direction,
        role,
        printed,
        unit,

        -- the figure as printed
        value::decimal(18, 4) as value,
        value_status,
        numerator::decimal(18, 4) as numerator,
        denominator::decimal(18, 4) as denominator
    from source
)

select * from renamed
