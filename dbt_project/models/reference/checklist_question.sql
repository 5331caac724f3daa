-- Grain: one row per question of the social and economic checklist: ten.
select
    item_id as question_id, position, words as question, source
from {{ ref('four_step_model') }}
where item_kind = 'checklist_question'
