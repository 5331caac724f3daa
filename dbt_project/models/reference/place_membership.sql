-- Grain: one row per place or neighbourhood, what belongs to it, and first day of it.
with today as (
    select published_code, canonical_code from {{ ref('int_area_canonical') }} where span_to = date '9999-12-31'
),

overlapping as (
    select distinct place_code from {{ ref('int_place_overlap') }}
)

select
    members.place_code,
    members.place_name,
    coalesce(board.canonical_code, members.icb_code) as icb_code,
    members.level,
    members.model,
    coalesce(member_today.canonical_code, members.member_code) as member_code,
    area.area_name as member_name,
    coalesce(area.area_type, 'other') as member_type,
    members.role,
    members.share,
    nullif(members.span_from, date '1900-01-01') as valid_from,
    nullif(members.span_to, date '9999-12-31') as valid_to,
    members.is_part and members.is_whole and members.is_declared as is_summed,
    overlapping.place_code is not null as is_overlapping,
    members.stated_by
from {{ ref('int_place_member') }} as members
left join today as board on board.published_code = members.icb_code
left join today as member_today on member_today.published_code = members.member_code
left join {{ ref('int_area') }} as area on area.area_code = coalesce(member_today.canonical_code, members.member_code)
left join overlapping on overlapping.place_code = members.place_code
