-- Grain: one row per practice, register and financial year.
with source as (
    select * from {{ source('bronze', 'qof__prevalence') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- practice
        practice_code,

        -- register
        group_code,
        patient_list_type,

        -- measures
        register_patients::decimal(18, 4) as register_patients,
        list_size::decimal(18, 4) as list_size
    from source
)

select * from renamed
