-- Grain: one row per transformational question: three of each determinant.
select
    item_id as question_id, belongs_to as determinant_id, position, words as question, source
from {{ ref('four_step_model') }}
where item_kind = 'transformational_question'
