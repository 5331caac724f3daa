-- Grain: one row per transformational question and metric that bears on it.
select item_id as question_id, metric_id, why from {{ ref('four_step_metric') }} where item_kind = 'transformational_question'
