-- What ERIC counts of energy, land and backlog, and floor area, has a measure in its year: a new part would be left out of a sum.
{{ config(meta={
    'dimension': 'completeness',
    'why': 'every item of energy, land, backlog or floor area, and of the number of sites, stands for a measure in eric_item',
    'remedy': 'Add the item, its year and its measure to dbt_project/seeds/eric_item.csv, after reading what it holds',
}) }}
with items as (
    select distinct 'site' as level, year(period_start) as year_from, item as published_item, unit
    from {{ ref('stg_eric_site_items') }}
    where unit in ('kWh', 'Hectares')
       or (item like 'Cost to eradicate % backlog' and unit = '£')
       or (item like 'Gross internal % area' and unit = 'm²')
    union all
    select distinct 'trust', year(period_start), item, unit
    from {{ ref('stg_eric_trust_items') }}
    where item like 'Number of sites%' and unit = 'No.'
)

select items.*
from items
anti join {{ ref('eric_item') }} as eric_item using (level, year_from, published_item, unit)
