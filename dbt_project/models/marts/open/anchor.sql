-- Grain: one row per ICS and anchor institution of its last list.
with committed as (
    select icb_ods_code, anchor_id, count(*) as commitments, count(distinct determinant_id) as determinants
    from {{ ref('anchor_commitment') }}
    group by icb_ods_code, anchor_id
)

select
    institutions.icb_code as icb_ods_code,
    institutions.anchor_id,
    institutions.organisation_name,
    institutions.organisation_type,
    institutions.organisation_code,
    institutions.latitude,
    institutions.longitude,
    coalesce(committed.commitments, 0)::integer as commitments,
    coalesce(committed.determinants, 0)::integer as determinants,
    institutions.period_end as as_at,
    institutions.submitting_org_code,
    institutions.release_id,
    institutions.member,
    institutions.source_row
from {{ ref('stg_lx_27_anchors_institutions') }} as institutions
left join committed
    on committed.icb_ods_code = institutions.icb_code and committed.anchor_id = institutions.anchor_id
