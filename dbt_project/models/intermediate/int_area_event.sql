-- Grain: one row per area that ended, or changed its code, and area that succeeded it: both codes and the day of the change.
-- `exact`: the same area under a new code. `merged`: it went over into a larger one whole. `split`: a share of it did, the weight,
-- which is null where nobody says how much. `best_fit`: a partnership of another kind, by name only.
with vintages as (
    select * from {{ ref('int_area_vintage') }}
),

known_codes as (
    select distinct area_code from vintages
),

-- Changes with a known date and source.
recorded as (
    select event, area_type, old_code, old_name, new_code, new_name, event_date, method, weight, source
    from {{ ref('area_event') }}
    where old_code in (select area_code from known_codes) or new_code in (select area_code from known_codes)
),

-- Changes that the lookups show (the ODS code stayed, the GSS code did not) and that nobody has dated yet.
shown_by_lookups as (
    select
        'reissued' as event, newer.area_type, older.area_code as old_code, null::varchar as old_name, newer.area_code as new_code,
        null::varchar as new_name, min(newer.vintage_start) as event_date, 'exact' as method, 1::decimal(9, 6) as weight,
        'lookups and practice files: same ODS code ' || older.ods_code || ', new GSS code; dated by vintage' as source
    from vintages as older
    join vintages as newer
        -- A commissioning group lives on in a sub-ICB location, a partnership in an ICB.
        on replace(replace(newer.area_type, 'sub_icb_location', 'ccg'), 'icb', 'stp')
            = replace(replace(older.area_type, 'sub_icb_location', 'ccg'), 'icb', 'stp')
        and newer.ods_code = older.ods_code
        and newer.area_code <> older.area_code
        and newer.vintage_start > older.vintage_start
    where not exists (
        select 1 from recorded where recorded.old_code = older.area_code and recorded.new_code = newer.area_code
    )
    group by newer.area_type, older.area_code, newer.area_code, older.ods_code
),

-- The GSS code that an ODS code had on a day, or the nearest one; the ODS code itself where no lookup lists it.
gss_codes as (
    select ods_code, area_code, area_type, min(vintage_start) as first_listed, max(vintage_start) as last_listed
    from vintages
    where ods_code is not null and area_type in ('ccg', 'sub_icb_location', 'stp', 'icb')
    group by ods_code, area_code, area_type
),

ended_ccgs as (
    select
        'closed' as event, 'ccg' as area_type, coalesce(old.area_code, moved.old_code) as old_code, null::varchar as old_name,
        coalesce(new.area_code, moved.new_code) as new_code, null::varchar as new_name, moved.event_date, moved.method, moved.weight,
        'ODS eccg, epcmem and epraccur: ' || moved.practices || ' of its ' || moved.practices_of_old || ' practices went over' as source
    from {{ ref('int_ccg_successor') }} as moved
    left join gss_codes as old on old.ods_code = moved.old_code
    left join gss_codes as new on new.ods_code = moved.new_code
    qualify row_number() over (
        partition by moved.old_code, moved.new_code
        order by
            old.last_listed desc nulls last,
            -- The code listed on the day, or first after it.
            year(new.last_listed) < year(moved.event_date), new.first_listed, new.area_code
    ) = 1
),

ended_icbs as (
    select
        'merged' as event, 'icb' as area_type, old.area_code as old_code, null::varchar as old_name,
        coalesce(new.area_code, moved.new_code) as new_code, null::varchar as new_name, moved.event_date, moved.method, moved.weight,
        'ODS etr: ' || moved.trusts || ' of its ' || moved.trusts_of_old || ' open trusts went over; dated by vintage' as source
    from {{ ref('int_icb_successor') }} as moved
    join gss_codes as old on old.ods_code = moved.old_code
    left join gss_codes as new on new.ods_code = moved.new_code
    qualify row_number() over (
        partition by moved.old_code, moved.new_code order by old.last_listed desc, new.first_listed, new.area_code
    ) = 1
),

ended_councils as (
    select
        'reorganised' as event,
        case when old_code like 'E07%' then 'lower_tier_local_authority' else 'upper_tier_local_authority' end as area_type,
        old_code, null::varchar as old_name, new_code, null::varchar as new_name, event_date, method, weight,
        'ONS lookups: ' || lsoas || ' of its ' || lsoas_of_old || ' LSOAs; ' || dated as source
    from {{ ref('int_council_successor') }}
),

-- Reports by Transforming Care Partnership gave way to reports by ICB when these began.
ended_tcps as (
    select
        'gave way' as event, 'tcp' as area_type, tcp.tcp_code as old_code, tcp.tcp_name as old_name, icb.area_code as new_code,
        null::varchar as new_name, established.established_on as event_date, 'best_fit' as method, null::decimal(9, 6) as weight,
        tcp.basis as source
    from {{ ref('transforming_care_partnership') }} as tcp
    join {{ ref('area_established') }} as established on established.area_type = 'icb'
    join gss_codes as icb on icb.ods_code = tcp.icb_ods_code and icb.area_type = 'icb'
    qualify row_number() over (partition by tcp.tcp_code, tcp.icb_ods_code order by icb.first_listed, icb.area_code) = 1
)

select * from recorded
union all
select * from shown_by_lookups
union all
select * from ended_ccgs
union all
select * from ended_icbs
union all
select * from ended_councils
union all
select * from ended_tcps
