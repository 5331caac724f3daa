-- Grain: one row per trust, site, financial year and item. All small sites of a trust together are one row that is no site.
-- The sums by trust and of all that the workbook of 2015/16 has between its sites are controls, and stay in bronze.
with source as (
    select * from {{ source('bronze', 'eric__site_items') }}
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
        coalesce(source.site_type not in ('Aggregate site', 'Other reportable site'), true) and source.site_code <> 'AGGRE' as is_site,
        source.tenure,
        source.leased,
        source.postcode,

        -- what
        source.section,
        source.item,
        source.unit,
        coalesce(source.occurrence, 1) as occurrence,

        -- measure: a figure, an answer, or why there is neither
        {{ eric_value() }}
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
    where source.trust_code <> 'Grand Total' and source.trust_code not like '% Result'
)

select * from renamed
