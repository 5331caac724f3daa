-- Grain: one row per answer: partner, dimension, role and its number, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_29_partner_views__views') }}
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
        partner_id,
        partner_name,
        dimension,
        respondent_role,
        answer_no,
        answered_on,

        -- measures
        score
    from source
)

select * from renamed
