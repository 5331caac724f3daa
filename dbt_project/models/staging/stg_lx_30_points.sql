-- Grain: one row per point, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_30_points__points') }}
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
        point_id,
        kind,
        point_name,
        programme_id,
        anchor_id,

        -- measures
        latitude,
        longitude
    from source
)

select * from renamed
