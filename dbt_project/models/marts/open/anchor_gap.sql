-- Grain: one row per ICS, anchor institution and determinant, committed to or not.
-- Overlap: several institutions are committed to a determinant. Gap: none is (anchors_committed = 0).
{{ config(materialized='view') }}
with committed as (
    select icb_ods_code, anchor_id, determinant_id, count(*) as commitments
    from {{ ref('anchor_commitment') }}
    group by icb_ods_code, anchor_id, determinant_id
)

select
    anchor.icb_ods_code,
    anchor.anchor_id,
    anchor.organisation_name,
    anchor.organisation_type,
    determinant.determinant_id,
    determinant.determinant,
    committed.commitments is not null as is_committed,
    coalesce(committed.commitments, 0)::integer as commitments,
    (count(committed.commitments) over (partition by anchor.icb_ods_code, determinant.determinant_id))::integer as anchors_committed
from {{ ref('anchor') }} as anchor
cross join {{ ref('determinant') }} as determinant
left join committed
    on committed.icb_ods_code = anchor.icb_ods_code
    and committed.anchor_id = anchor.anchor_id
    and committed.determinant_id = determinant.determinant_id
