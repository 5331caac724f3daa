-- Grain: one row per area, area that it shares its people with, basis and day from which it holds. The shares of one area on one
-- basis add up to 1.
-- Boards and councils are shared by where their small areas lie. A small area holds about 1,500 residents, and of a council's residents
-- each of its small areas is given the same number: no count of residents by small area is held.
with days as (
    select distinct reference_date as valid_from from {{ ref('int_area_population') }}
    union
    select valid_from from {{ ref('int_area') }}
    where area_type = 'icb' and valid_from > (select max(reference_date) from {{ ref('int_area_population') }})
),

types as (
    select area_code, area_type from {{ ref('int_area') }}
    where area_type in ('lsoa', 'icb', 'stp', 'upper_tier_local_authority')
),

lies_in as (
    select
        days.valid_from, ancestors.area_code as small_area,
        max(ancestors.ancestor_code) filter (where types.area_type in ('icb', 'stp')) as board_code,
        max(ancestors.ancestor_code) filter (where left(ancestors.ancestor_code, 3) in ('E06', 'E07', 'E08', 'E09')) as district_code,
        -- A county where it has one; other councils are both tiers.
        coalesce(
            max(ancestors.ancestor_code) filter (where ancestors.ancestor_code like 'E10%'),
            max(ancestors.ancestor_code) filter (where left(ancestors.ancestor_code, 3) in ('E06', 'E08', 'E09'))
        ) as council_code
    from {{ ref('int_area_ancestor') }} as ancestors
    join days on days.valid_from between ancestors.span_from and ancestors.span_to
    left join types on types.area_code = ancestors.ancestor_code
    where left(ancestors.area_code, 3) = 'E01'
    group by days.valid_from, ancestors.area_code
),

-- Residents of a council from its newest estimate up to the day.
estimates as (
    select days.valid_from, people.area_code as district_code, people.reference_date, sum(people.population) as residents
    from days
    join {{ ref('int_area_population') }} as people on people.reference_date <= days.valid_from and people.sex = 'persons'
    group by days.valid_from, people.area_code, people.reference_date
    qualify row_number() over (partition by days.valid_from, people.area_code order by people.reference_date desc) = 1
),

districts as (
    select
        valid_from, board_code, council_code, district_code, count(*) as small_areas,
        sum(count(*)) over (partition by valid_from, district_code) as small_areas_of_district
    from lies_in
    where board_code is not null and council_code is not null
    group by valid_from, board_code, council_code, district_code
),

parts as (
    select
        districts.valid_from, board_code, council_code, sum(small_areas) as small_areas,
        -- Unknown where one district has no estimate.
        case
            when count(residents) = count(*)
                then sum((residents * small_areas / small_areas_of_district)::decimal(18, 4))
        end as residents
    from districts
    left join estimates using (valid_from, district_code)
    group by districts.valid_from, board_code, council_code
),

ways as (
    select valid_from, board_code as from_code, council_code as to_code, small_areas, residents from parts
    union all
    select valid_from, council_code, board_code, small_areas, residents from parts
),

shares as (
    select
        from_code, to_code, 'small_areas' as basis, valid_from, null::decimal(18, 4) as population, small_areas,
        small_areas / sum(small_areas) over (partition by from_code, valid_from) as share,
        'small areas of the 2011 Census that lie in both' as method
    from ways
    union all
    select
        from_code, to_code, 'residents', valid_from, residents, small_areas,
        residents::double / (sum(residents) over (partition by from_code, valid_from))::double,
        'residents of each council on 30 June, spread evenly over its small areas'
    from ways
    qualify count(residents) over (partition by from_code, valid_from) = count(*) over (partition by from_code, valid_from)
    union all
    -- Councils whose figures some publications print as one.
    select
        council_code, combined_code, 'published_together', valid_from, null, null, 1, source
    from {{ ref('council_combined') }}
)

select
    from_code || '/' || to_code || '/' || basis || '/' || valid_from as area_share_key,
    from_code,
    to_code,
    basis,
    valid_from,
    (lead(valid_from) over (partition by from_code, to_code, basis order by valid_from) - 1)::date as valid_to,
    population::decimal(18, 4) as population,
    small_areas::integer as small_areas,
    round(share::double, 10) as share,
    method
from shares
