-- Grain: one row per financial year and area, for the year to date. England's row is a control: `is_total`.
with source as (
    select * from {{ source('bronze', 'stop_smoking__finance') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- area
        org_code as area_code_published,
        org_name as area_name,
        org_type as area_type,
        region_code,
        region_name,
        org_type = 'england' as is_total,

        -- time
        financial_year,
        financial_year_start,
        financial_year_end,

        -- measures
        allocation::decimal(18, 4) as allocation,
        delivery_spend::decimal(18, 4) as delivery_spend,
        aids_cost::decimal(18, 4) as aids_cost,
        other_spend::decimal(18, 4) as other_spend,
        allocation = 0 and delivery_spend = 0 and aids_cost = 0 and other_spend = 0 as no_return
    from source
)

select * from renamed
