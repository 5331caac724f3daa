-- Grain: one row per payment of an organisation, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_05_trust_spend__transactions') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_for_month('period') }},

        -- what
        transaction_id,
        org_ods as org_code,
        payment_date,
        vat_treatment,
        supplier_id,
        company_number,
        charity_number,
        supplier_postcode_sector,
        supplier_lsoa21 as supplier_lsoa_code,
        local_basis,
        supplier_type,
        owner_flags,
        category_eclass,
        influenceable,
        exclusion_reason,

        -- measures
        amount_gbp::decimal(18, 4) as amount_gbp
    from source
)

select * from renamed
