-- Grain: one row per code as published and span of days; the canonical area is the one valid on those days.
-- A reissued code is followed to its successor for later days, and back to its predecessor for earlier ones.
with recursive events as (
    select old_code, new_code, event_date from {{ ref('int_area_event') }} where method = 'exact'
),

spans as (
    select
        area_code, ods_code,
        coalesce((select max(event_date) from events where new_code = area_code), date '1900-01-01') as span_from,
        coalesce((select min(event_date) from events where old_code = area_code)::date - 1, date '9999-12-31') as span_to
    from {{ ref('int_area') }}
),

later as (
    select area_code as published_code, area_code as canonical_code, span_from, span_to from spans
    union
    select later.published_code, spans.area_code, spans.span_from, spans.span_to
    from later
    join events on events.old_code = later.canonical_code
    join spans on spans.area_code = events.new_code
),

earlier as (
    select area_code as published_code, area_code as canonical_code, span_from, span_to from spans
    union
    select earlier.published_code, spans.area_code, spans.span_from, spans.span_to
    from earlier
    join events on events.new_code = earlier.canonical_code
    join spans on spans.area_code = events.old_code
),

-- ODS codes lead to the GSS code of their day.
by_ods_code as (
    select ods_code as published_code, area_code as canonical_code, span_from, span_to
    from spans
    where ods_code is not null
)

select * from later
union
select * from earlier
union
select * from by_ods_code
