-- Grain: one row per service, setting and area, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_10_prevention_services__activity') }}
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
        service,
        setting,
        utla as utla_code,
        lsoa21 as lsoa_code,

        -- measures
        referred,
        referred_status,
        started,
        started_status,
        completed,
        completed_status,
        outcome_4w,
        outcome_4w_status,
        outcome_verified,
        outcome_verified_status
    from source
)

select * from renamed
