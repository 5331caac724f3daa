-- Grain: one row per line of a body's list of payments of a month.
-- `body_part` is what the list's file is named for: the only name of the body that every list has.
with source as (
    select * from {{ source('bronze', 'spend_over_25k__payments') }}
),

renamed as (
    select
        -- provenance
        source.release_id,
        source.member,
        source.source_row,
        release.origin,

        -- who paid, in the list of which month
        release.part as body_part,
        source.entity as body_name_published,
        source.department_family,
        release.period_start as list_month_start,
        release.period_end as list_month_end,

        -- what, to whom
        source.payment_date,
        source.expense_type,
        source.expense_area,
        source.supplier as supplier_name_published,
        source.transaction_number,
        source.invoice_number,
        source.description,

        -- measure
        source.amount::decimal(18, 4) as amount_gbp
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from renamed
