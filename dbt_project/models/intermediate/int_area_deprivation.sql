-- Grain: one row per area, year of the indices and domain. Of small areas (LSOAs) only multiple deprivation is held.
-- Codes are those of the indices: LSOAs of the 2011 Census, councils of April of the year. Rank and decile 1 are the most deprived.
with small_areas as (
    select
        coalesce(file.lsoa_code, portal.lsoa_code) as area_code, coalesce(file.index_start, portal.index_start) as index_start,
        -- The file of the indices themselves speaks where both are held.
        coalesce(file.imd_rank, portal.imd_rank) as deprivation_rank, file.imd_decile as decile,
        coalesce(file.release_id, portal.release_id) as release_id, coalesce(file.origin, portal.origin) as origin
    from {{ ref('stg_imd_lsoa') }} as file
    full join {{ ref('stg_imd_lsoa_rank') }} as portal on portal.lsoa_code = file.lsoa_code and portal.index_start = file.index_start
),

-- The publisher's deciles: the ranks in ten equal parts.
with_decile as (
    select
        *, coalesce(decile, ceil(10 * deprivation_rank / max(deprivation_rank) over (partition by index_start, origin)))::integer as tenth
    from small_areas
)

select
    area_code, 'lsoa' as area_type, year(index_start)::integer as index_year, 'imd' as domain, deprivation_rank::integer as deprivation_rank,
    tenth as decile, ceil(tenth / 2)::integer as quintile,
    null::decimal(18, 6) as average_score, null::decimal(18, 6) as average_rank, null::integer as rank_of_average_rank,
    null::decimal(18, 6) as share_most_deprived, release_id, origin
from with_decile
union all
-- Councils are ranked by average score, as the publisher's summaries are.
select
    upper_tier_code, 'upper_tier_local_authority', year(index_start)::integer, domain, rank_of_average_score::integer, null, null,
    average_score::decimal(18, 6), average_rank::decimal(18, 6), rank_of_average_rank::integer, share_most_deprived::decimal(18, 6),
    release_id, origin
from {{ ref('stg_imd_upper_tier') }}
