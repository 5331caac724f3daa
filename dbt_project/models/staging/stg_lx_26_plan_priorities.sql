-- Grain: one row per priority, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_26_plan__priorities') }}
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
        priority_id,
        priority,
        determinant,
        question_id,
        proposition,
        lead_org_code
    from source
)

select * from renamed
