-- Grain: one row per measure and authority, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_19_brs_programme__measures') }}
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
        measure,
        unit,
        utla as utla_code,
        source_note,

        -- measures
        value::decimal(18, 4) as value,
        value_status
    from source
)

select * from renamed
