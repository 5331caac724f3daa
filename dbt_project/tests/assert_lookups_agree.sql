-- Two lookups that lead from a small area to its upper-tier council, one through ward and district, must arrive at one council; and
-- the indices of deprivation must have their small areas in the same councils.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'lookups of the same year lead from a small area to the same council, whichever way',
    'remedy': 'Download the lookups again from the Open Geography portal: a column of one of them has slipped',
}) }}
with upper_tiers as (
    select vintage_start, lower_tier_code, upper_tier_code from {{ ref('stg_ons_lower_to_upper_tier') }}
)

select lsoa_code, vintage_start, 'upper tier' as what
from {{ ref('stg_ons_lsoa_to_ward') }} as ward
join {{ ref('stg_ons_lsoa_to_upper_tier') }} as direct using (lsoa_code, vintage_start)
join upper_tiers using (vintage_start)
where upper_tiers.lower_tier_code = ward.council_code and upper_tiers.upper_tier_code <> direct.upper_tier_code
union all
select lsoa_code, ward.vintage_start, 'council of the ward'
from {{ ref('stg_ons_lsoa_to_ward') }} as ward
join {{ ref('stg_ons_ward_to_region') }} as above using (ward_code, vintage_start)
where above.council_code <> ward.council_code
union all
select lsoa_code, ward.vintage_start, 'council of the indices'
from {{ ref('stg_ons_lsoa_to_ward') }} as ward
join {{ ref('stg_imd_lsoa') }} as imd using (lsoa_code)
where imd.index_start = ward.vintage_start and (imd.council_code <> ward.council_code or imd.lsoa_name <> ward.lsoa_name)
union all
select lower_tier_code, upper.vintage_start, 'county'
from {{ ref('stg_ons_lower_to_upper_tier') }} as upper
join (select distinct council_code, county_code, vintage_start from {{ ref('stg_ons_ward_to_region') }}) as above
    on above.council_code = upper.lower_tier_code and above.vintage_start = upper.vintage_start
where above.county_code like 'E10%' and above.county_code <> upper.upper_tier_code
