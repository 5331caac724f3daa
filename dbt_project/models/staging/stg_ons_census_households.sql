-- Grain: one row per area and tier of the Census file (lsoa, lower_tier, upper_tier): a unitary council stands in two tiers.
with source as (
    {% for tier in ['lsoa', 'lower_tier', 'upper_tier'] -%}
    select '{{ tier }}' as tier, * from {{ source('bronze', 'ons_census_households__' ~ tier) }}
    {%- if not loop.last %}
    union all by name
    {% endif %}
    {%- endfor %}
),

renamed as (
    select
        -- provenance
        source.release_id,
        source.member,
        source.source_row,
        release.origin,

        -- where
        source.tier,
        source.area_code as area_code_published,
        source.area_name as area_name_published,

        -- when: Census day of 2021
        make_date(year(source.census_year_start), 3, 21) as reference_date,

        -- measure
        source.households::decimal(18, 4) as households
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from renamed
