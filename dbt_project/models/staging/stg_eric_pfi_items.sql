-- Grain: one row per trust, site, PFI scheme, financial year and item.
with source as (
    select * from {{ source('bronze', 'eric__pfi_items') }}
),

renamed as (
    select
        -- provenance
        source.release_id,
        source.member,
        source.source_row,
        release.origin,

        -- who, in which year
        release.period_start,
        release.period_end,
        source.trust_code,
        source.trust_name,
        source.region,
        source.trust_type,
        source.site_code as site_code_published,
        source.site_name,
        source.site_type,
        source.postcode,
        source.scheme_name,

        -- what
        source.section,
        source.item,
        source.unit,

        -- measure: a figure, an answer, or why there is neither
        source.value as value_published,
        case when source.unit not in ('Yes/No', 'Yes/No/None', 'Select') then try_cast(replace(source.value, ',', '') as decimal(18, 4)) end as value,
        case
            when source.value is null then 'missing'
            when source.value = 'Not Applicable' then 'not_applicable'
            when source.value = 'No Data Provided' then 'not_available'
            else 'exact'
        end as value_status
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from renamed
