-- Grain: one row per area_code, index_year and domain.
select
    area_code || '/' || index_year || '/' || domain as area_deprivation_key,
    area_code, area_type, index_year, domain, deprivation_rank, decile, quintile, average_score, average_rank, rank_of_average_rank,
    share_most_deprived, origin, release_id
from {{ ref('int_area_deprivation') }}
