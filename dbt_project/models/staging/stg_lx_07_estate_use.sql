-- Grain: one row per site, and one per room of it, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_07_estate_use__spaces') }}
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
        site_code,
        owner,
        tenure,
        valuation_date,
        room_id,
        occupier_sector,
        service,

        -- measures
        gia_m2::decimal(18, 4) as gia_m2,
        land_ha::decimal(18, 4) as land_ha,
        book_value_gbp::decimal(18, 4) as book_value_gbp,
        available_hours::decimal(18, 4) as available_hours,
        used_hours::decimal(18, 4) as used_hours
    from source
)

select * from renamed
