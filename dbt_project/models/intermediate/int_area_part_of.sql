-- Grain: one row per area, the area it is part of, and a span of days; both codes are valid on all of them.
with lookup as (
    select * from {{ ref('stg_ons_sub_icb_to_icb') }}
),

by_lookup as (
    select distinct sub_icb_location_ons_code as area_code, icb_ons_code as parent_code, vintage_start from lookup
    union
    select distinct icb_ons_code, region_ons_code, vintage_start from lookup
    union
    select distinct
        region_ons_code, {{ country_of('origin') }}, vintage_start
    from lookup
),

vintages as (
    select
        vintage_start,
        -- The first vintage speaks for all days before it, for lack of anything older; the last for all after.
        case when row_number() over (order by vintage_start) = 1 then date '1900-01-01' else vintage_start end as span_from,
        coalesce(lead(vintage_start) over (order by vintage_start)::date - 1, date '9999-12-31') as span_to
    from (select distinct vintage_start from by_lookup)
),

vintages_of_ccgs as (
    select
        vintage_start,
        case when row_number() over (order by vintage_start) = 1 then date '1900-01-01' else vintage_start end as span_from,
        coalesce(lead(vintage_start) over (order by vintage_start)::date - 1, date '9999-12-31') as span_to
    from (select distinct vintage_start from {{ ref('stg_ons_ccg_to_stp') }})
),

named_only_by_practice_files as (
    select sub_icb_location_ons_code as area_code, max_by(icb_ons_code, (extract_date, icb_ons_code)) as parent_code
    from {{ ref('stg_gp_registered_patients_practice_map') }}
    where sub_icb_location_ons_code not in (select sub_icb_location_ons_code from lookup)
      and sub_icb_location_ons_code not in (select ccg_ons_code from {{ ref('stg_ons_ccg_to_stp') }})
    group by sub_icb_location_ons_code
),

-- A practice is part of a network and of a sub-ICB location. A network is part of no location: a few have practices of
-- two sub-ICB locations, which would both hold the other's patients.
stated as (
    select area_code, parent_code, span_from, span_to, 'ONS lookups' as stated_by from by_lookup join vintages using (vintage_start)
    union all
    select ccgs.ccg_ons_code, ccgs.stp_ons_code, vintages_of_ccgs.span_from, vintages_of_ccgs.span_to, 'ONS lookups'
    from {{ ref('stg_ons_ccg_to_stp') }} as ccgs
    join vintages_of_ccgs using (vintage_start)
    where ccgs.ccg_ons_code not in (select sub_icb_location_ons_code from lookup)
    union all
    select area_code, parent_code, date '1900-01-01', date '9999-12-31', 'practice files' from named_only_by_practice_files
    union all
    select practice_code, pcn_code, span_from, span_to, stated_by from {{ ref('int_practice_network') }}
    union all
    select practice_code, area_code_published, span_from, span_to, stated_by from {{ ref('int_practice_area') }}
    union all
    select area_code, parent_code, span_from, span_to, stated_by from {{ ref('int_council_part_of') }}
    union all
    select area_code, parent_code, span_from, span_to, stated_by from {{ ref('int_organisation_part_of') }}
),

canonical as (
    select
        child.canonical_code as area_code,
        parent.canonical_code as parent_code,
        stated.stated_by,
        greatest(stated.span_from, child.span_from, parent.span_from) as span_from,
        least(stated.span_to, child.span_to, parent.span_to) as span_to
    from stated
    join {{ ref('int_area_canonical') }} as child on child.published_code = stated.area_code
    join {{ ref('int_area_canonical') }} as parent on parent.published_code = stated.parent_code
    where child.canonical_code <> parent.canonical_code
),

-- Spans that follow each other without a gap are one.
flagged as (
    select
        *,
        case
            -- Of all spans before, because a long one may hold several short ones.
            when span_from - 1 <= max(span_to) over (
                partition by area_code, parent_code order by span_from, span_to, stated_by
                rows between unbounded preceding and 1 preceding
            ) then 0
            else 1
        end as begins_anew
    from canonical
    where span_from <= span_to
),

numbered as (
    select *, sum(begins_anew) over (partition by area_code, parent_code order by span_from, span_to, stated_by) as stretch
    from flagged
)

select area_code, parent_code, min(span_from) as span_from, max(span_to) as span_to, min(stated_by) as stated_by
from numbered
group by area_code, parent_code, stretch
