-- Grain: one row per ward and vintage of the lookup.
with source as (
    select * from {{ source('bronze', 'ons_lookups__ward_to_region') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.ward_code,
        source.ward_name,
        source.council_code,
        source.council_name,
        source.county_code,
        source.county_name,
        source.region_code,
        source.region_name,
        -- The file names the country of every ward; synthetic releases are about a fictional one.
        case release.origin when 'real' then source.country_code else 'local:sample:country' end as country_code,
        case release.origin when 'real' then source.country_name else 'Sample country (fictional)' end as country_name,
        release.period_start as vintage_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
