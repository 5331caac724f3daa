-- Grain: one row per area code that any release names, with the days on which it is valid (both inclusive, open if null).
with vintages as (
    select * from {{ ref('int_area_vintage') }}
),

events as (
    select * from {{ ref('int_area_event') }}
),

listed as (
    select
        area_code, arg_max(area_type, (vintage_start, area_type)) as area_type,
        arg_max(ods_code, (vintage_start, area_type)) as ods_code, arg_max(area_name, (vintage_start, area_type)) as area_name,
        max(vintage_start) as last_vintage, min(origin) as origin,
        case when bool_or(is_whole) then 'lookup' else 'practice files' end as named_by
    from vintages
    group by area_code
),

-- A successor that no lookup in the archive lists yet takes its predecessor's name, and the reverse.
implied as (
    select
        other.code as area_code, listed.area_type, listed.ods_code, listed.area_name, listed.last_vintage, listed.origin,
        'event' as named_by
    from (
        select new_code as code, old_code as known_code from events
        union all
        select old_code, new_code from events
    ) as other
    join listed on listed.area_code = other.known_code
    where other.code not in (select area_code from listed)
),

-- Practices and networks have their days from the registers, not from vintages.
organisations as (
    select
        organisation_code as area_code, organisation_type as area_type, organisation_code as ods_code,
        organisation_name as area_name, origin, 'register' as named_by, open_date as valid_from, close_date as valid_to
    from {{ ref('int_organisation') }}
    where organisation_type in ('practice', 'pcn')
),

-- Places and councils that only a local extract names.
declared as (
    select
        area_code_published as area_code, {{ area_type_of('area_code_published') }} as area_type,
        null::varchar as ods_code, min(area_name_published) as area_name, null::date as last_vintage,
        min(release.origin) as origin, 'extract' as named_by
    from {{ ref('stg_place_measures') }}
    join {{ source('catalogue', 'release') }} as release using (release_id)
    where area_code_published not in (select area_code from listed)
      and area_code_published not in (select area_code from implied)
      and area_code_published not in (select ods_code from listed where ods_code is not null)
      and area_code_published not in (select area_code from organisations)
    group by area_code_published
),

areas as (
    select * from listed
    union all
    select * from implied
    union all
    select * from declared
),

next_vintage as (
    select area_type, vintage_start, lead(vintage_start) over (partition by area_type order by vintage_start) as next_start
    from (select distinct area_type, vintage_start from vintages where is_whole)
)

select
    areas.area_code,
    areas.area_type,
    areas.ods_code,
    areas.area_name,
    areas.origin,
    areas.named_by,
    coalesce(began.event_date, established.established_on) as valid_from,
    -- A code that a later vintage no longer lists ended; without a dated event, on the day before that vintage.
    coalesce(ended.event_date, next_vintage.next_start)::date - 1 as valid_to
from areas
left join events as began on began.new_code = areas.area_code
left join events as ended on ended.old_code = areas.area_code
left join {{ ref('area_established') }} as established on established.area_type = areas.area_type
left join next_vintage
    on next_vintage.area_type = areas.area_type and next_vintage.vintage_start = areas.last_vintage
union all by name
select * from organisations
