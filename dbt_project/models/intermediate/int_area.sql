-- Grain: one row per area code that any release names, with the days on which it is valid (both inclusive, open if null).
with vintages as (
    select * from {{ ref('int_area_vintage') }}
),

events as (
    select * from {{ ref('int_area_event') }}
),

-- The register of commissioners has the days of CCGs, by their ODS code; those that closed before any lookup stand under it.
register as (
    select * from {{ ref('stg_ods_other_commissioners') }}
    where vintage_start = (select max(vintage_start) from {{ ref('stg_ods_other_commissioners') }})
),

listed as (
    select
        area_code, arg_max(area_type, (vintage_start, area_type)) as area_type,
        arg_max(ods_code, (vintage_start, area_type)) as ods_code, arg_max(area_name, (vintage_start, area_type)) as area_name,
        max(vintage_start) as last_vintage, arg_max(kind, (vintage_start, area_type)) as kind, min(origin) as origin,
        case when bool_or(is_whole or area_type in ('ward', 'lsoa')) then 'lookup' else 'practice files' end as named_by
    from vintages
    group by area_code
),

-- A successor that no lookup in the archive lists yet takes its predecessor's name, and the reverse, where nobody gives its own.
-- Of a merged one the code stands for the name.
implied as (
    select
        other.code as area_code, coalesce(min(entity.area_type), min(listed.area_type)) as area_type,
        -- What is not a GSS code is an ODS code.
        coalesce(
            min(listed.ods_code) filter (other.method = 'exact'), min(other.code) filter (entity.prefix is null and other.code not like 'local:%')
        ) as ods_code,
        coalesce(min(other.name), min(listed.area_name) filter (other.method = 'exact'), 'ICB ' || other.code) as area_name,
        -- No list has it, so none can leave it out: it ends by an event or not at all.
        null::date as last_vintage, 'implied' as kind, min(listed.origin) as origin, 'event' as named_by
    from (
        select new_code as code, new_name as name, old_code as known_code, method from events
        union all
        select old_code, old_name, new_code, method from events where area_type <> 'tcp'
    ) as other
    join listed on listed.area_code = other.known_code
    left join {{ ref('gss_entity') }} as entity on entity.prefix = left(other.code, 3) and entity.area_type not in ('icb', 'sub_icb_location')
    where other.code not in (select area_code from listed)
      and other.code not in (select commissioner_code from register)
    group by other.code
),

named_by_register as (
    select
        register.commissioner_code as area_code, coalesce(register.role, 'ccg') as area_type, register.commissioner_code as ods_code,
        register.commissioner_name as area_name, null::date as last_vintage, coalesce(register.role, 'ccg') as kind, register.origin,
        'register' as named_by
    from register
    where (register.role is null or register.commissioner_code in (select new_code from events))
      and register.commissioner_code not in (select ods_code from listed where ods_code is not null)
),

-- Partnerships of the Transforming Care programme that a report names: ten of 48.
tcps as (
    select distinct
        tcp_code as area_code, 'tcp' as area_type, null::varchar as ods_code, tcp_name as area_name, null::date as last_vintage,
        'tcp' as kind, 'real' as origin, 'founding document' as named_by
    from {{ ref('transforming_care_partnership') }}
),

-- Practices, networks and trusts have their days from the registers, not from vintages.
organisations as (
    select
        organisation_code as area_code, organisation_type as area_type, organisation_code as ods_code,
        organisation_name as area_name, origin, 'register' as named_by, open_date as valid_from, close_date as valid_to
    from {{ ref('int_organisation') }}
    where organisation_type in ('practice', 'pcn', 'trust')
),

in_extracts as (
    select area_code_published, area_name_published, release_id from {{ ref('stg_place_measures') }}
    union all
    select place_code, place_name, release_id from {{ ref('stg_lx_37_places') }}
),

-- Places and councils that only a local extract names.
declared as (
    select
        area_code_published as area_code, {{ area_type_of('area_code_published') }} as area_type,
        null::varchar as ods_code, min(area_name_published) as area_name, null::date as last_vintage, 'declared' as kind,
        min(release.origin) as origin, 'extract' as named_by
    from in_extracts
    join {{ source('catalogue', 'release') }} as release using (release_id)
    where area_code_published not in (select area_code from listed)
      and area_code_published not in (select area_code from implied)
      and area_code_published not in (select ods_code from listed where ods_code is not null)
      and area_code_published not in (select area_code from organisations)
      and area_code_published not in (select area_code from tcps)
    group by area_code_published
),

-- Health and care partnerships, their networks and the practices in none, where their ICB is known at all.
seeded as (
    select place_code as area_code, place_name as area_name, 'place' as area_type, null::varchar as ods_code, icb_code
    from {{ ref('place') }}
    union all
    select member.member_code, member.member_name, member.member_type, member.member_code, place.icb_code
    from {{ ref('place_member') }} as member
    join {{ ref('place') }} as place using (place_code)
),

places as (
    select area_code, area_type, ods_code, area_name, null::date as last_vintage, 'declared' as kind, 'real' as origin, 'founding document' as named_by
    from seeded
    where area_code not in (select area_code from declared)
      and area_code not in (select area_code from organisations)
      and icb_code in (select area_code from listed union all select area_code from implied union all select area_code from declared)
),

areas as (
    select * from listed
    union all
    select * from implied
    union all
    select * from declared
    union all
    select * from named_by_register
    union all
    select * from tcps
    union all
    select * from places
),

next_vintage as (
    select kind, vintage_start, lead(vintage_start) over (partition by kind order by vintage_start) as next_start
    from (select distinct kind, vintage_start from vintages where is_whole)
),

-- A council that took another in was there before.
began as (
    select new_code as area_code, min(event_date) as event_date
    from events
    where method = 'exact'
       or not exists (
           select 1 from vintages
           where vintages.area_code = events.new_code and year(vintages.vintage_start) < year(events.event_date)
       )
    group by new_code
),

ended as (
    select old_code as area_code, min(event_date) as event_date from events group by old_code
)

select
    areas.area_code,
    areas.area_type,
    areas.ods_code,
    areas.area_name,
    areas.origin,
    areas.named_by,
    coalesce(case when areas.area_type = 'ccg' then register.open_date end, began.event_date, established.established_on) as valid_from,
    -- A code that a later vintage no longer lists ended; without a dated event, on the day before that vintage.
    coalesce(
        ended.event_date - 1, case when areas.area_type = 'ccg' then register.close_date end, next_vintage.next_start - 1
    )::date as valid_to
from areas
left join began on began.area_code = areas.area_code
left join ended on ended.area_code = areas.area_code
left join register on register.commissioner_code = areas.ods_code
left join {{ ref('area_established') }} as established on established.area_type = areas.area_type
left join next_vintage on next_vintage.kind = areas.kind and next_vintage.vintage_start = areas.last_vintage
union all by name
select * from organisations
