-- Grain: one row per council that ended without a recorded event, or county that was split, and council that its small areas
-- (LSOAs) lie in since. The weight is the share of its LSOAs.
with recorded as (
    select * from {{ ref('area_event') }} where event = 'reorganised'
),

lsoas as (
    select lsoa_code, council_code, vintage_start from {{ ref('stg_ons_lsoa_to_ward') }}
    union
    select lsoa_code, council_code, vintage_start from {{ ref('stg_ons_lsoa_to_ccg') }}
),

turns as (
    select
        lsoa_code, council_code, lead(council_code) over following as next_code, lead(vintage_start) over following as next_vintage
    from lsoas
    window following as (partition by lsoa_code order by vintage_start, council_code)
),

-- By two vintages of the lookups: dated by the later one.
shown_by_lookups as (
    select council_code as old_code, next_code as new_code, next_vintage as event_date, count(*) as lsoas, 'dated by vintage' as dated
    from turns
    where next_code <> council_code
      and council_code not in (select old_code from recorded)
      and council_code not in (
          select later.council_code from lsoas as later where later.vintage_start = (select max(vintage_start) from lsoas)
      )
    group by all
),

today as (
    select newest.lsoa_code, coalesce(recorded.new_code, newest.council_code) as council_code
    from lsoas as newest
    left join recorded on recorded.old_code = newest.council_code and recorded.method <> 'split'
    qualify row_number() over (partition by newest.lsoa_code order by newest.vintage_start desc, newest.council_code) = 1
),

counties as (
    select lsoa_code, upper_tier_code from {{ ref('stg_ons_lsoa_to_upper_tier') }}
    where upper_tier_code like 'E10%'
    qualify row_number() over (partition by lsoa_code order by vintage_start desc) = 1
),

-- A county whose districts became several unitary councils, on the day of theirs.
split_counties as (
    select counties.upper_tier_code as old_code, today.council_code as new_code, began.event_date, count(*) as lsoas, 'dated by its districts' as dated
    from counties
    join today using (lsoa_code)
    join (select new_code, min(event_date) as event_date from recorded group by new_code) as began on began.new_code = today.council_code
    where today.council_code not like 'E07%' and counties.upper_tier_code not in (select old_code from recorded)
    group by all
),

moved as (
    select *, new_code in (select council_code from lsoas where vintage_start < event_date) as was_there from shown_by_lookups
    union all
    select *, false from split_counties
)

select
    old_code, new_code, event_date, lsoas, sum(lsoas) over (partition by old_code)::bigint as lsoas_of_old, dated,
    case
        when count(*) over (partition by old_code) > 1 then 'split'
        when was_there or count(*) over (partition by new_code, event_date) > 1 then 'merged'
        else 'exact'
    end as method,
    (lsoas / sum(lsoas) over (partition by old_code))::decimal(9, 6) as weight
from moved
