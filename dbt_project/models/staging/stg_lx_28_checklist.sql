-- Grain: one row per programme and question, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_28_checklist__answers') }}
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
        programme_id,
        question_id,
        answer,
        evidence_reference,
        answered_on
    from source
)

select * from renamed
