-- Grain: one row per line of a compiled list of payments; lines that are alike are payments of their own.
with source as (
    select * from {{ source('bronze', 'spend_over_25k__payment_history') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- who paid, when and to whom
        body as body_name_published,
        payment_date,
        date_trunc('month', payment_date)::date as payment_month_start,
        supplier as supplier_name_published,

        -- measure
        amount::decimal(18, 4) as amount_gbp
    from source
)

select * from renamed
