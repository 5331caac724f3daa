-- Grain: one row per practice, total and financial year: controls, never to be added to the payments.
with source as (
    select * from {{ source('bronze', 'nhs_payments_to_gp__practice_payments') }}
    where starts_with(payment, 'Total NHS Payments')
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- practice
        practice_code,

        -- which total
        payment as total,

        -- measures
        amount::decimal(18, 4) as pounds,
        average_per_registered_patient::decimal(18, 4) as average_per_registered_patient,
        average_per_weighted_patient::decimal(18, 4) as average_per_weighted_patient
    from source
)

select * from renamed
