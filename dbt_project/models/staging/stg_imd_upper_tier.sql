-- Grain: one row per upper-tier council, domain and year of the indices.
with source as (
    {% for domain in ['imd', 'income', 'employment', 'education', 'health', 'crime', 'barriers', 'living', 'idaci', 'idaopi'] -%}
    select '{{ domain }}' as domain, * from {{ source('bronze', 'imd__upper_tier_' ~ domain) }}
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
        source.domain,
        source.upper_tier_code,
        source.upper_tier_name,
        source.average_rank,
        source.rank_of_average_rank,
        source.average_score,
        source.rank_of_average_score,
        source.share_most_deprived,
        source.rank_of_share_most_deprived,
        source.extent,
        source.rank_of_extent,
        source.local_concentration,
        source.rank_of_local_concentration,
        source.scale,
        source.rank_of_scale,
        release.period_start as index_start,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
