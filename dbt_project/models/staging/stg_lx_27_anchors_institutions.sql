-- Grain: one row per anchor institution, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_27_anchors__institutions') }}
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
        organisation_name,
        organisation_type,
        organisation_code,

        -- measures
        latitude,
        longitude
    from source
)

select * from renamed
