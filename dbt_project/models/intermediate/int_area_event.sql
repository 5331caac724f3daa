-- Grain: one row per change of an area's code: the old code, the new code and the day the new one began.
with vintages as (
    select * from {{ ref('int_area_vintage') }}
),

known_codes as (
    select distinct area_code from vintages
),

-- Changes with a known date and source.
recorded as (
    select event, area_type, old_code, new_code, event_date, method, weight, source
    from {{ ref('area_event') }}
    where old_code in (select area_code from known_codes) or new_code in (select area_code from known_codes)
),

-- Changes that the lookups show (the ODS code stayed, the GSS code did not) and that nobody has dated yet.
shown_by_lookups as (
    select
        'reissued' as event, newer.area_type, older.area_code as old_code, newer.area_code as new_code,
        min(newer.vintage_start) as event_date, 'exact' as method, 1::decimal(9, 6) as weight,
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
)

select * from recorded
union all
select * from shown_by_lookups
