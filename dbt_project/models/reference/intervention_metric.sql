-- Grain: one row per intervention that an ICS could target and metric that would show it.
select item_id as intervention_id, metric_id, why from {{ ref('four_step_metric') }} where item_kind = 'target_intervention'
