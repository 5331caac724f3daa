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
        extract_id,
        submitting_org_ods as submitting_org_code,
        icb_ods as icb_code,
        period as period_start,
        period as period_end,
        'snapshot' as period_type,
        supplied_at,
        version,
        data_status,

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
