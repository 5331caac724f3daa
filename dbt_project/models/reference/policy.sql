-- Grain: one row per policy and tier: 4 of the region, 4 of the system, 2 of the place. Nothing is paired with partners or programmes.
select
    item_id as policy_id, belongs_to as tier, position, words as policy, source
from {{ ref('four_step_model') }}
where item_kind = 'policy'
