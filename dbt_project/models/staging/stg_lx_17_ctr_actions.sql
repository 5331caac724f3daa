-- Grain: one row per person, day of review and action, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_17_ctr__actions') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_for_month('month') }},

        -- what
        person,
        ctr_date,
        owner,
        due_date,
        done_date,

        -- measures
        action_no
    from source
)

select * from renamed
