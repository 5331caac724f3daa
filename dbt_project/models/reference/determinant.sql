-- Grain: one row per determinant of social and economic development: seven.
select
    item_id as determinant_id, position, words as determinant, source
from {{ ref('four_step_model') }}
where item_kind = 'determinant'
