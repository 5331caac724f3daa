-- Grain: one row per upper-tier council, domain and year of the indices.
with source as (
    select 'imd' as domain, * from {{ source('bronze', 'imd__upper_tier_imd') }}
    union all by name
    select 'income' as domain, * from {{ source('bronze', 'imd__upper_tier_income') }}
    union all by name
    select 'employment' as domain, * from {{ source('bronze', 'imd__upper_tier_employment') }}
    union all by name
    select 'education' as domain, * from {{ source('bronze', 'imd__upper_tier_education') }}
    union all by name
    select 'health' as domain, * from {{ source('bronze', 'imd__upper_tier_health') }}
    union all by name
    select 'crime' as domain, * from {{ source('bronze', 'imd__upper_tier_crime') }}
    union all by name
    select 'barriers' as domain, * from {{ source('bronze', 'imd__upper_tier_barriers') }}
    union all by name
    select 'living' as domain, * from {{ source('bronze', 'imd__upper_tier_living') }}
    union all by name
    select 'idaci' as domain, * from {{ source('bronze', 'imd__upper_tier_idaci') }}
    union all by name
    select 'idaopi' as domain, * from {{ source('bronze', 'imd__upper_tier_idaopi') }}
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
