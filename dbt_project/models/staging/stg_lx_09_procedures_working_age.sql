-- Grain: one row per LSOA, age band, sex, chapter and provider, as submitted.
with source as (
    select * from {{ source('bronze', 'lx_09_procedures_working_age__spells') }}
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
        lsoa21 as lsoa_code,
        age_band5,
        sex,
        opcs_chapter,
        provider_ods as provider_code,
        imd_decile,

        -- measures
        spells,
        spells_status
    from source
)

select * from renamed
