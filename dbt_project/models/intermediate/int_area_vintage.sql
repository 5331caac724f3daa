-- Grain: one row per area code and vintage in which a lookup lists it, or a file of practices names it.
-- `is_whole`: the vintage lists every area of its kind, so that one it leaves out has ended. A kind is a type of area; of councils
-- and regions it is the first three characters of the code, because some lists leave out counties, or Wales.
with lookup as (
    select * from {{ ref('stg_ons_sub_icb_to_icb') }}
),

sub_icb_locations as (
    select
        'sub_icb_location' as area_type, sub_icb_location_ons_code as area_code, sub_icb_location_code as ods_code,
        sub_icb_location_name as area_name, vintage_start, origin
    from lookup
),

icbs as (
    select 'icb' as area_type, icb_ons_code as area_code, icb_code as ods_code, icb_name as area_name, vintage_start, origin
    from lookup
    union
    select 'icb', icb_ons_code, icb_code, icb_name, vintage_start, origin from {{ ref('stg_ons_icb_names') }}
),

regions as (
    select distinct
        'nhs_region' as area_type, region_ons_code as area_code, region_code as ods_code, region_name as area_name,
        vintage_start, origin
    from lookup
),

-- Commissioning groups and partnerships (STPs) that had ended when sub-ICB locations and ICBs began, or got another code
-- then; the others live on under theirs.
ccgs as (
    select distinct 'ccg' as area_type, ccg_ons_code as area_code, ccg_code as ods_code, ccg_name as area_name, vintage_start, origin
    from (
        select ccg_ons_code, ccg_code, ccg_name, vintage_start, origin from {{ ref('stg_ons_ccg_to_stp') }}
        union all
        select ccg_ons_code, ccg_code, ccg_name, vintage_start, origin from {{ ref('stg_ons_lsoa_to_ccg') }}
    )
    where ccg_ons_code not in (select sub_icb_location_ons_code from lookup)
),

stps as (
    select distinct
        'stp' as area_type, stp_ons_code as area_code, stp_code as ods_code, stp_name as area_name, vintage_start, origin
    from {{ ref('stg_ons_ccg_to_stp') }}
    where stp_ons_code not in (select area_code from icbs)
),

-- Codes that no lookup held lists: a code was reissued after the lookup, or ended between two of them.
named_by_practice_files as (
    select distinct
        sub_icb_location_ons_code as area_code, sub_icb_location_code as ods_code, sub_icb_location_name as area_name,
        extract_date as vintage_start, release_id
    from {{ ref('stg_gp_registered_patients_practice_map') }}
    union
    select distinct area_ons_code_published, area_code_published, null, extract_date, release_id
    from {{ ref('stg_gp_registered_patients_practice_totals') }}
),

named_only_there as (
    select
        case when named.vintage_start < established.established_on then 'ccg' else 'sub_icb_location' end as area_type,
        named.area_code, named.ods_code, named.area_name, named.vintage_start, release.origin
    from named_by_practice_files as named
    join {{ source('catalogue', 'release') }} as release using (release_id)
    join {{ ref('area_established') }} as established on established.area_type = 'sub_icb_location'
    where named.area_code not in (select area_code from sub_icb_locations)
      and named.area_code not in (select area_code from ccgs)
),

-- Regions are reissued too: by December 2025 the East of England and the North West had other codes than in the lookup of
-- 2022. Files from before that lookup have older codes and nothing to add.
regions_named_only_there as (
    select distinct
        'nhs_region' as area_type, practices.region_ons_code as area_code, practices.region_code as ods_code,
        practices.region_name as area_name, practices.extract_date as vintage_start, release.origin
    from {{ ref('stg_gp_registered_patients_practice_map') }} as practices
    join {{ source('catalogue', 'release') }} as release using (release_id)
    join {{ ref('area_established') }} as established on established.area_type = 'icb'
    where practices.extract_date >= established.established_on
      and practices.region_ons_code not in (select area_code from regions)
),

-- The lookup covers one country and does not name it; synthetic releases are about a fictional one.
countries as (
    select distinct
        'country' as area_type,
        {{ country_of('origin') }} as area_code,
        null::varchar as ods_code,
        case origin when 'real' then 'England' else 'Sample country (fictional)' end as area_name,
        vintage_start,
        origin
    from lookup
),

-- Councils, regions and countries, wards, small areas. The lookup of small areas to wards names no ward that fits none best.
councils as (
    select council_code as area_code, council_name as area_name, vintage_start, origin from {{ ref('stg_ons_council_names') }}
    union
    select council_code, council_name, vintage_start, origin from {{ ref('stg_ons_ward_to_region') }}
    union
    select council_code, council_name, vintage_start, origin from {{ ref('stg_ons_lsoa_to_ward') }}
    union
    select council_code, council_name, vintage_start, origin from {{ ref('stg_ons_lsoa_to_ccg') }}
    union
    select lower_tier_code, lower_tier_name, vintage_start, origin from {{ ref('stg_ons_lower_to_upper_tier') }}
    union
    select upper_tier_code, upper_tier_name, vintage_start, origin from {{ ref('stg_ons_lower_to_upper_tier') }}
    union
    select upper_tier_code, upper_tier_name, vintage_start, origin from {{ ref('stg_ons_lsoa_to_upper_tier') }}
    union
    select region_code, region_name, vintage_start, origin from {{ ref('stg_ons_ward_to_region') }} where region_code is not null
    union
    select country_code, country_name, vintage_start, origin from {{ ref('stg_ons_ward_to_region') }}
),

wards as (
    select ward_code as area_code, ward_name as area_name, vintage_start, origin, true as is_whole
    from {{ ref('stg_ons_ward_to_region') }}
    union all
    select distinct ward_code, ward_name, vintage_start, origin, false from {{ ref('stg_ons_lsoa_to_ward') }}
),

lsoas as (
    select lsoa_code as area_code, lsoa_name as area_name, vintage_start, origin from {{ ref('stg_ons_lsoa_to_ward') }}
    union
    select lsoa_code, lsoa_name, vintage_start, origin from {{ ref('stg_ons_lsoa_to_upper_tier') }}
    union
    select lsoa_code, lsoa_name, vintage_start, origin from {{ ref('stg_ons_lsoa_to_ccg') }}
),

below_the_nhs as (
    select entity.area_type, councils.area_code, null::varchar as ods_code, councils.area_name, councils.vintage_start, councils.origin, true as is_whole
    from councils
    join {{ ref('gss_entity') }} as entity on entity.prefix = left(councils.area_code, 3)
    union all
    select 'ward', area_code, null, area_name, vintage_start, origin, is_whole from wards
    union all
    select 'lsoa', area_code, null, area_name, vintage_start, origin, false from lsoas
),

listed as (
    select *, true as is_whole from sub_icb_locations
    union all
    select *, true from icbs
    union all
    select *, true from regions
    union all
    select *, true from ccgs
    union all
    select *, true from stps
    union all
    select *, true from countries
    union all
    select *, false from named_only_there
    union all
    select *, false from regions_named_only_there
    union all
    select * from below_the_nhs
)

-- An ICB listed by two files of one vintage is one row; names differ by a word at most, the first in order stands.
-- A lookup bears its year only: what it lists was not there before it was established.
select
    listed.area_type, listed.area_code, min(listed.ods_code) as ods_code, min(listed.area_name) as area_name,
    greatest(listed.vintage_start, coalesce(established.established_on, listed.vintage_start)) as vintage_start,
    min(listed.origin) as origin, bool_or(listed.is_whole) as is_whole,
    case
        when listed.area_type in ('upper_tier_local_authority', 'lower_tier_local_authority', 'region', 'country', 'ward')
            then left(listed.area_code, 3)
        else listed.area_type
    end as kind
from listed
left join {{ ref('area_established') }} as established using (area_type)
group by listed.area_type, listed.area_code, greatest(listed.vintage_start, coalesce(established.established_on, listed.vintage_start))
