-- Grain: one row per kind of partner and tier: 4 of the region, 4 of the system, 6 of the place. Nothing is paired with policies or programmes.
-- The document's table is a ragged grid of lines. "Northern Powerhouse, Midlands Engine, Western Gateway," stands on one line
-- and is read as three partners; "VCSE, civil society" is read as one, since VCSE organisations are what civil society is made of.
-- Counted by lines the region would have two partners, counted by commas the place would have seven.
select
    item_id as partner_id, belongs_to as tier, position, words as partner, source
from {{ ref('four_step_model') }}
where item_kind = 'partner'
