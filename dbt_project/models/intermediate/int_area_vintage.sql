-- Grain: one row per area code and vintage in which a lookup lists it.
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

-- The lookup covers one country and does not name it; synthetic releases are about a fictional one.
countries as (
    select distinct
        'country' as area_type,
        case origin when 'real' then 'E92000001' else 'local:sample:country' end as area_code,
        null::varchar as ods_code,
        case origin when 'real' then 'England' else 'Sample country (fictional)' end as area_name,
        vintage_start,
        origin
    from lookup
),

listed as (
    select * from sub_icb_locations
    union all
    select * from icbs
    union all
    select * from regions
    union all
    select * from countries
)

-- An ICB listed by two files of one vintage is one row; names differ by a word at most, the first in order stands.
select area_type, area_code, min(ods_code) as ods_code, min(area_name) as area_name, vintage_start, min(origin) as origin
from listed
group by area_type, area_code, vintage_start
