-- Grain: one row per local authority and rank of its statistical neighbour.
with source as (
    select * from {{ source('bronze', 'dfe_local_authorities__neighbours') }}
)

-- One row for each of the ten neighbours, the nearest first.
select
    release_id,
    member,
    source_row,
    dfe_number,
    authority_name,
    region,
    unnest(range(1, 11))::integer as neighbour_rank,
    unnest([
        neighbour_1, neighbour_2, neighbour_3, neighbour_4, neighbour_5, neighbour_6, neighbour_7, neighbour_8, neighbour_9, neighbour_10
    ]) as neighbour_number,
    unnest([
        closeness_1, closeness_2, closeness_3, closeness_4, closeness_5, closeness_6, closeness_7, closeness_8, closeness_9, closeness_10
    ]) as closeness
from source
