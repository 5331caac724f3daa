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
        {{ eric_value() }}
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from renamed
