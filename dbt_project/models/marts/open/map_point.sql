-- Grain: one row per ICS, kind and point: main sites of anchor institutions, their further sites, and sites of programmes of work.
with programmes as (
    select
        icb_ods_code, programme_id, min(programme_name) as programme_name, min(intervention_id) as intervention_id,
        min(determinant_id) as determinant_id
    from {{ ref('programme_of_work') }}
    group by icb_ods_code, programme_id
),

points as (
    select
        icb_ods_code, 'anchor' as kind, anchor_id as point_id, organisation_name as point_name, null::varchar as programme_id,
        anchor_id, latitude, longitude, as_at, release_id, member, source_row
    from {{ ref('anchor') }}
    union all
    select
        icb_code, case kind when 'anchor' then 'anchor_site' else kind end, point_id, point_name, programme_id,
        anchor_id, latitude, longitude, period_end, release_id, member, source_row
    from {{ ref('stg_lx_30_points') }}
)

select
    points.icb_ods_code,
    points.kind,
    points.point_id,
    points.point_name,
    coalesce(programmes.programme_name, anchor.organisation_name) as subject_name,
    points.programme_id,
    points.anchor_id,
    programmes.intervention_id,
    programmes.determinant_id,
    anchor.organisation_type,
    points.latitude,
    points.longitude,
    points.as_at,
    points.release_id,
    points.member,
    points.source_row
from points
left join programmes
    on programmes.icb_ods_code = points.icb_ods_code and programmes.programme_id = points.programme_id
left join {{ ref('anchor') }} as anchor
    on anchor.icb_ods_code = points.icb_ods_code and anchor.anchor_id = points.anchor_id
