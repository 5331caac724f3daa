-- Grain: one row per place, member and first day of its membership, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_37_places__places') }}
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
        place_code,
        place_name,
        level,
        model,
        member_code,
        role,
        valid_from,
        valid_to,

        -- measures
        share
    from source
)

select * from renamed
