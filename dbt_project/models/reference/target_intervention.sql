-- Grain: one row per intervention that an ICS could target: 17.
select
    item_id as intervention_id, position, words as intervention, source
from {{ ref('four_step_model') }}
where item_kind = 'target_intervention'
