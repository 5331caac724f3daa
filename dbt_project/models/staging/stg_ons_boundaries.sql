-- Grain: one row per area, kind of file (table), vintage and how detailed its outline is (part).
with source as (
    {% for kind in ['icb', 'sub_icb_location', 'nhs_region', 'upper_tier_council', 'lower_tier_council', 'ward'] -%}
    select '{{ kind }}' as kind, * from {{ source('bronze', 'ons_boundaries__' ~ kind) }}
    {%- if not loop.last %}
    union all by name
    {% endif %}
    {%- endfor %}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.kind,
        source.area_code,
        source.area_name,
        source.shape,
        source.geometry,
        source.crs,
        source.hex_q,
        source.hex_r,
        release.part as detail,
        release.period_start as vintage_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
