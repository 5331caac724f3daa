-- Grain: one row per number of DfE's list. Numbers of England and its regions are no councils: `is_area`.
with source as (
    select * from {{ source('bronze', 'dfe_local_authorities__authorities') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- authority
        dfe_number,
        authority_name,
        nullif(region, 'NA') as region,
        nullif(authority_type, 'NA') as authority_type,
        authority_type = 'NA' as is_area
    from source
)

select * from renamed
