-- Grain: one row per employer, person, staff group and kind of contract, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_01_staff_residence__staff') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whose and when
        {{ submitted_as_at('period') }},

        -- what
        employee_hash,
        employer_ods as employer_code,
        staff_group,
        afc_band,
        contract,
        age_band,
        home_lsoa21 as home_lsoa_code,
        uprn_hash,
        postcode_valid = 'yes' as postcode_valid,

        -- measures
        fte::decimal(18, 4) as fte
    from source
)

select * from renamed
