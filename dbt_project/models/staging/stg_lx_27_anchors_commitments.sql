-- Grain: one row per institution, determinant and number of the commitment, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_27_anchors__commitments') }}
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
        anchor_id,
        determinant,
        commitment_no,
        commitment,
        metric_id,
        definition_version,
        target_date,

        -- measures
        target_value::decimal(18, 4) as target_value
    from source
)

select * from renamed
