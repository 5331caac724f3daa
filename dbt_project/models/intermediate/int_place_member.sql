-- Grain: one row per place or neighbourhood, what belongs to it, and span of days.
-- What a system declares (LX-37) takes the place of what a report names of it. A hub that is a trust serves a place and is no part of
-- it. A place that some member belongs to by a share has no sums: records cannot be split.
with declared as (
    select
        place_code, place_name, icb_code, level, model, member_code, role, share, valid_from, valid_to, 'LX-37' as stated_by,
        true as is_declared
    from {{ ref('stg_lx_37_places') }}
),

named as (
    select
        place_code, place_name, icb_code, place.level, place.model, member.member_code, member.role, member.share, member.valid_from,
        member.valid_to, member.source as stated_by, false as is_declared
    from {{ ref('place') }} as place
    join {{ ref('place_member') }} as member using (place_code)
    where split_part(place_code, ':', 2) not in (select split_part(declared.place_code, ':', 2) from declared)
),

members as (
    select * from declared
    union all
    select * from named
)

select
    place_code, place_name, icb_code, level, model, member_code, role, share::decimal(7, 6) as share,
    coalesce(valid_from, date '1900-01-01') as span_from, coalesce(valid_to, date '9999-12-31') as span_to, stated_by, is_declared,
    member_code not in (select trust_code from {{ ref('stg_ods_etr') }}) as is_part,
    bool_and(coalesce(share, 1) = 1) over (partition by place_code) as is_whole
from members
