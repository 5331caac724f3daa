-- Grain: one row per programme, role, thing counted and network, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_20_workforce_development__programmes') }}
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
        programme,
        role,
        counted,
        pcn_code,

        -- measures
        people,
        people_status,
        active,
        active_status
    from source
)

select * from renamed
