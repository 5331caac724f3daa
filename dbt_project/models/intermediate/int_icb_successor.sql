-- Grain: one row per ICB that the register of trusts no longer names and ICB that its open trusts are in since.
-- Boards merged in 2026 under codes that no lookup held lists yet. The register has no day for it: the first month in which it
-- shows the change. How much of a board went where, trusts do not say: a weight stands only where all went one way.
with vintages as (
    select vintage_start, lag(vintage_start) over (order by vintage_start) as vintage_before
    from (select distinct vintage_start from {{ ref('stg_ods_etr') }})
    where vintage_start >= (select established_on from {{ ref('area_established') }} where area_type = 'icb')
),

named as (
    select distinct vintage_start, high_level_geography_code as icb_code
    from {{ ref('stg_ods_etr') }}
    where high_level_geography_code is not null
),

moved as (
    select
        older.high_level_geography_code as old_code, newer.high_level_geography_code as new_code,
        vintages.vintage_start as event_date, count(*) as trusts
    from vintages
    join {{ ref('stg_ods_etr') }} as older on older.vintage_start = vintages.vintage_before
    join {{ ref('stg_ods_etr') }} as newer
        on newer.vintage_start = vintages.vintage_start and newer.trust_code = older.trust_code and newer.close_date is null
    left join named as still
        on still.vintage_start = vintages.vintage_start and still.icb_code = older.high_level_geography_code
    left join named as already
        on already.vintage_start = vintages.vintage_before and already.icb_code = newer.high_level_geography_code
    where still.icb_code is null and already.icb_code is null and newer.high_level_geography_code is not null
    group by all
)

select
    old_code, new_code, event_date, trusts, sum(trusts) over (partition by old_code, event_date)::bigint as trusts_of_old,
    case
        when count(*) over (partition by old_code, event_date) > 1 then 'split'
        when count(*) over (partition by new_code, event_date) > 1 then 'merged'
        else 'exact'
    end as method,
    case when count(*) over (partition by old_code, event_date) = 1 then 1::decimal(9, 6) end as weight
from moved
