-- Grain: one row per property, and one per organisation for its payroll tax, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_04_rates_and_tax__payments') }}
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
        voa_uarn,
        billing_authority,
        occupier_ods as occupier_code,

        -- measures
        rateable_value_gbp,
        rates_paid_gbp::decimal(18, 4) as rates_paid_gbp,
        relief_gbp::decimal(18, 4) as relief_gbp,
        paye_ni_gbp::decimal(18, 4) as paye_ni_gbp
    from source
)

select * from renamed
