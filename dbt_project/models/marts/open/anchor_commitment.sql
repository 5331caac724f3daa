-- Grain: one row per ICS, anchor institution, determinant and number of the commitment.
select
    commitments.icb_code as icb_ods_code,
    commitments.anchor_id,
    institutions.organisation_name,
    institutions.organisation_type,
    commitments.determinant as determinant_id,
    commitments.commitment_no::integer as commitment_no,
    commitments.commitment,
    commitments.metric_id || '.v' || commitments.definition_version as metric_key,
    commitments.target_value,
    commitments.target_date,
    commitments.period_end as as_at,
    commitments.release_id,
    commitments.member,
    commitments.source_row
from {{ ref('stg_lx_27_anchors_commitments') }} as commitments
left join {{ ref('stg_lx_27_anchors_institutions') }} as institutions
    on institutions.icb_code = commitments.icb_code and institutions.anchor_id = commitments.anchor_id
