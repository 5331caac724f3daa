-- Grain: one row per indicator and financial year.
with source as (
    select * from {{ source('bronze', 'qof__indicators') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- indicator
        indicator_code,
        group_code,
        group_name,
        domain_code,
        domain_name,
        patient_list_type,

        -- measure
        points::decimal(18, 4) as points
    from source
)

select * from renamed
