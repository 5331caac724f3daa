-- Grain: one row per area, the area it is part of, and a span of days; both codes are valid on all of them.
with lookup as (
    select * from {{ ref('stg_ons_sub_icb_to_icb') }}
),

stated as (
    select distinct sub_icb_location_ons_code as area_code, icb_ons_code as parent_code, vintage_start from lookup
    union
    select distinct icb_ons_code, region_ons_code, vintage_start from lookup
    union
    select distinct
        region_ons_code, case origin when 'real' then 'E92000001' else 'local:sample:country' end, vintage_start
    from lookup
),

vintages as (
    select
        vintage_start,
        -- The first vintage speaks for all days before it, for lack of anything older; the last for all after.
        case when row_number() over (order by vintage_start) = 1 then date '1900-01-01' else vintage_start end as span_from,
        coalesce(lead(vintage_start) over (order by vintage_start)::date - 1, date '9999-12-31') as span_to
    from (select distinct vintage_start from stated)
),

canonical as (
    select
        child.canonical_code as area_code,
        parent.canonical_code as parent_code,
        greatest(vintages.span_from, child.span_from, parent.span_from) as span_from,
        least(vintages.span_to, child.span_to, parent.span_to) as span_to
    from stated
    join vintages using (vintage_start)
    join {{ ref('int_area_canonical') }} as child on child.published_code = stated.area_code
    join {{ ref('int_area_canonical') }} as parent on parent.published_code = stated.parent_code
),

-- Spans that follow each other without a gap are one.
flagged as (
    select
        *,
        case
            when span_from - 1 <= lag(span_to) over (partition by area_code, parent_code order by span_from) then 0
            else 1
        end as begins_anew
    from canonical
    where span_from <= span_to
),

numbered as (
    select *, sum(begins_anew) over (partition by area_code, parent_code order by span_from, span_to) as stretch
    from flagged
)

select area_code, parent_code, min(span_from) as span_from, max(span_to) as span_to
from numbered
group by area_code, parent_code, stretch
