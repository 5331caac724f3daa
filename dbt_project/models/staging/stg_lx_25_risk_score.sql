-- Grain: one row per person, tool and day, as submitted, without anything that says who it is.
with source as (
    select * from {{ source('bronze', 'lx_25_risk_score__scores') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_for_month('month') }},

        -- who: a pseudonym, and whose it is
        person,
        {{ person_domain('person') }} as person_domain,

        -- what
        tool,
        score,
        risk_group,
        scored_on
    from source
)

select * from renamed
