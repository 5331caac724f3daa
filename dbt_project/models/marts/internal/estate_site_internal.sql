-- Grain: one row per trust, site and financial year of ERIC; before disclosure control. All small sites of a trust together are one
-- row that is no site.
{{ config(alias='estate_site') }}
{%- set measures = {
    'floor_area_m2': ['floor_area'], 'land_owned_ha': ['land_owned'], 'land_of_site_ha': ['land_of_sites'],
    'backlog_high_gbp': ['backlog_high'], 'backlog_significant_gbp': ['backlog_significant'],
    'backlog_moderate_gbp': ['backlog_moderate'], 'backlog_low_gbp': ['backlog_low'], 'retail_area_m2': ['retail_area'],
    'electricity_grid_kwh': ['electricity_grid', 'electricity_local', 'electricity_green_tariff'],
    'electricity_renewable_kwh': ['electricity_renewable'], 'gas_kwh': ['gas'], 'oil_kwh': ['oil'], 'coal_kwh': ['coal'],
    'heat_bought_kwh': ['heat_bought'], 'renewable_fuel_kwh': ['renewable_fuel'], 'chp_fuel_kwh': ['chp_fuel'],
    'electricity_exported_kwh': ['electricity_exported']
} %}
with items as (
    {{ eric_measures('site') }}
),

-- The record of the floor area stands for the site: every site has one.
by_site as (
    select
        trust_code, site_code_published as site_code, period_start, period_end, release_id, member,
        max(trust_name) as trust_name, max(site_name) as site_name, max(site_type) as site_type, bool_and(is_site) as is_site,
        max(tenure) as tenure, min(source_row) filter (measure = 'floor_area') as source_row,
        {%- for column, names in measures.items() %}
        sum(amount) filter (measure in ('{{ names | join("', '") }}'))::decimal(18, 4) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from items
    group by trust_code, site_code_published, period_start, period_end, release_id, member
)

select
    -- which site, in which year
    by_site.trust_code, by_site.site_code, by_site.period_start, by_site.period_end, by_site.trust_name, by_site.site_name,
    by_site.site_type, by_site.is_site, by_site.tenure,
    canonical.canonical_code as area_code,
    -- how large, in what state, and what it uses
    {%- for column in measures %}
    by_site.{{ column }},
    {%- endfor %}
    -- the very row
    by_site.release_id, by_site.member, by_site.source_row
from by_site
-- Null: no register names the trust of that day.
left join {{ ref('int_area_canonical') }} as canonical
    on canonical.published_code = by_site.trust_code
    and by_site.period_end between canonical.span_from and canonical.span_to
