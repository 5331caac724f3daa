-- Grain: one row per funding programme and tier: 1 of the region, 1 of the system, 3 of the place. Nothing is paired with partners or policies.
select
    item_id as funding_programme_id, belongs_to as tier, position, words as funding_programme, source
from {{ ref('four_step_model') }}
where item_kind = 'funding_programme'
