-- Grain: one row per indicator of a determinant: 24, es_01 to es_24 in the order of the document.
select
    item_id as metric_id, belongs_to as determinant_id, position, words as indicator, source
from {{ ref('four_step_model') }}
where item_kind = 'indicator'
