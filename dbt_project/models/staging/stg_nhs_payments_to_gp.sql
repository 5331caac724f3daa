-- Grain: one row per practice, kind of payment and financial year; the totals are in stg_nhs_payments_to_gp_totals.
with source as (
    select * from {{ source('bronze', 'nhs_payments_to_gp__practice_payments') }}
    where not starts_with(payment, 'Total NHS Payments')
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- practice, as the publisher describes it
        practice_code,
        practice_name,
        postcode,
        contract_type,
        dispensing,
        practice_type,
        rurality,
        atypical,
        open_date,
        close_date,

        -- where it belongs, as published
        nullif(pcn_code, 'Unknown or no PCN') as pcn_code,
        sub_icb_location_code as area_code_published,
        sub_icb_location_name as area_name_published,
        region_code,
        region_name,

        -- what was paid
        payment,
        case
            when starts_with(payment, 'PCN ') and payment <> 'PCN Participation' then 'network'
            when payment in ('Covid Immunisation', 'Covid Support and Expansion', 'Long Covid') then 'covid'
            when starts_with(payment, 'Deductions') then 'deductions'
            else 'practice'
        end as paid_to,

        -- measures
        amount::decimal(18, 4) as pounds,
        registered_patients::decimal(18, 4) as registered_patients,
        weighted_patients::decimal(18, 4) as weighted_patients
    from source
)

select * from renamed
