-- Grain: one row per area and year, as published; countries, regions and counties stand among the districts.
with source as (
    select * from {{ source('bronze', 'ons_business_demography__births_a') }}
    union all by name
    select * from {{ source('bronze', 'ons_business_demography__births_b') }}
    union all by name
    select * from {{ source('bronze', 'ons_business_demography__births_c') }}
    union all by name
    select * from {{ source('bronze', 'ons_business_demography__births_d') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- where and when
        area_code as area_code_published,
        area_name,
        make_date(year, 1, 1) as period_start,
        make_date(year, 12, 31) as period_end,

        -- measure
        births::decimal(18, 4) as births,
        births_status
    from source
)

select * from renamed
