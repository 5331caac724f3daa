-- Grain: one row per trust, merged ICB, place or member of a place, the area that it is part of, and span of days.
-- A vintage of the register of trusts speaks from its month on, the first for all before and the last for all after. Places and what
-- they hold are as the system declares them, by day, or as the report says that names them: it gives no days.
with trusts as (
    select trust_code, high_level_geography_code as icb_code, national_grouping_code as region_code, close_date, vintage_start
    from {{ ref('stg_ods_etr') }}
    where high_level_geography_code is not null
),

of_trusts as (
    select
        trust_code as area_code, icb_code as parent_code,
        case when row_number() over following = 1 then date '1900-01-01' else vintage_start end as span_from,
        least(coalesce(lead(vintage_start) over following - 1, date '9999-12-31'), coalesce(close_date, date '9999-12-31'))::date as span_to,
        'ODS etr' as stated_by
    from trusts
    window following as (partition by trust_code order by vintage_start)
),

-- Boards that no lookup lists yet; most of their trusts say the region.
of_merged_icbs as (
    select
        trusts.icb_code as area_code, mode(trusts.region_code) as parent_code, min(events.event_date) as span_from,
        date '9999-12-31' as span_to, 'ODS etr' as stated_by
    from trusts
    join {{ ref('int_area_event') }} as events on events.new_code = trusts.icb_code and events.area_type = 'icb'
    where trusts.close_date is null and trusts.vintage_start >= events.event_date
    group by trusts.icb_code
),

of_places as (
    select distinct place_code, icb_code, date '1900-01-01', date '9999-12-31', stated_by from {{ ref('int_place_member') }}
    union all
    select member_code, place_code, span_from, span_to, stated_by
    from {{ ref('int_place_member') }}
    where is_part and is_whole
)

select * from of_trusts
union all
select * from of_merged_icbs
union all
select * from of_places
