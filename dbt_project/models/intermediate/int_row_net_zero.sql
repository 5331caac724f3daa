-- Grain: one row per record of travel, fleet, energy or carbon, part of a metric (es_19, es_20, es_21) that it gives to, and area
-- that it counts in.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with lines as (
    {{ travel_and_carbon_lines() }}
),

journeys as (
    select *, {{ breakdowns({'journey_group': 'journey_group', 'mode': 'mode', 'footprint': 'footprint', 'basis': 'basis'}) }} as breakdowns
    from lines
    where line_type = 'journeys'
),

vehicles as (
    select *, {{ breakdowns({'fuel': 'fuel', 'ownership': 'ownership'}) }} as breakdowns
    from lines
    where line_type = 'fleet'
),

of_lines as (
    select
        'es_19' as metric_id, 1 as definition_version, 'numerator' as part, trips as amount, 'trips' as published_column, *
    from journeys
    where trips is not null
    union all by name
    select 'es_19' as metric_id, 2 as definition_version, 'numerator' as part, miles as amount, 'miles' as published_column, *
    from journeys
    where miles is not null
    union all by name
    select
        'es_19' as metric_id, 3 as definition_version, 'numerator' as part, trips as amount, 'trips' as published_column,
        * replace ({{ breakdowns({'journey_group': 'journey_group', 'footprint': 'footprint'}) }} as breakdowns)
    from journeys
    where trips is not null and is_active_or_public
    union all by name
    select
        'es_19' as metric_id, 3 as definition_version, 'denominator' as part, trips as amount, 'trips' as published_column,
        * replace ({{ breakdowns({'journey_group': 'journey_group', 'footprint': 'footprint'}) }} as breakdowns)
    from journeys
    where trips is not null
    union all by name
    select
        'es_20' as metric_id, 1 as definition_version, 'numerator' as part, tco2e as amount, 'tco2e' as published_column,
        {{ breakdowns({'scope': 'scope'}) }} as breakdowns, *
    from lines
    where line_type = 'carbon' and tco2e is not null
    union all by name
    -- Grey fleet is its staff's own: no part of the size of the fleet.
    select
        'es_21' as metric_id, case ownership when 'grey' then 3 else 1 end as definition_version, 'numerator' as part,
        vehicle_count as amount, 'vehicle_count' as published_column, *
    from vehicles
    where vehicle_count is not null
    union all by name
    select
        'es_21' as metric_id, 2 as definition_version, 'numerator' as part, vehicle_count as amount, 'vehicle_count' as published_column,
        * replace ({{ breakdowns({'ownership': 'ownership'}) }} as breakdowns)
    from vehicles
    where vehicle_count is not null and ownership <> 'grey' and fuel = 'bev'
    union all by name
    select
        'es_21' as metric_id, 2 as definition_version, 'denominator' as part, vehicle_count as amount, 'vehicle_count' as published_column,
        * replace ({{ breakdowns({'ownership': 'ownership'}) }} as breakdowns)
    from vehicles
    where vehicle_count is not null and ownership <> 'grey'
),

from_lines as (
    select
        *, org_code as area_code_published, 'icb trust' as geographies, amount as cell,
        'lx_12_travel_and_carbon' as source
    from of_lines
),

eric_sites as (
    {{ eric_measures('site') }}
),

-- Energy of the years whose factors are known: kWh x kg / 1,000 is tonnes.
emissions as (
    select
        eric_sites.*, carbon_factor.fuel, carbon_factor.scope,
        (eric_sites.amount * carbon_factor.kg_co2e_per_kwh * 0.001)::decimal(18, 4) as tonnes
    from eric_sites
    join {{ ref('carbon_factor') }} as carbon_factor
        on carbon_factor.factor_year = year(eric_sites.period_start) and carbon_factor.measure = eric_sites.measure
    where eric_sites.amount is not null
),

-- All items of a site stand in one line of the file: what tells them apart is the energy that they are of.
of_energy as (
    select
        'es_20' as metric_id, versions.definition_version, 'numerator' as part, emissions.tonnes as given_amount,
        {{ breakdowns({'fuel': 'emissions.fuel', 'scope': 'emissions.scope', 'energy': 'emissions.measure'}) }} as breakdowns, emissions.*
    from emissions, (values (2), (3)) as versions (definition_version)
    union all by name
    select
        'es_20' as metric_id, 3 as definition_version, 'denominator' as part, amount as given_amount, '' as breakdowns, *
    from eric_sites
    where measure = 'floor_area' and amount is not null
      and year(period_start) in (select factor_year from {{ ref('carbon_factor') }})
),

from_eric as (
    select
        * exclude (amount), given_amount as amount, amount as cell, 'value' as published_column, 'financial_year' as period_type,
        'exact' as given_status, 'eric' as source
    from of_energy
),

from_eric_in_areas as (
    {{ in_areas_of_eric('from_eric') }}
),

-- What the Sustainable Development Unit stated of each organisation, in two years two different figures.
stated as (
    select
        release_id, member, source_row, org_code, 4 as definition_version, 'energy_carbon_per_fte' as published_column,
        energy_carbon_per_fte as stated
    from {{ ref('stg_sdu_carbon_2016_17') }}
    union all by name
    select
        release_id, member, source_row, org_code, 5 as definition_version, 'core_carbon_per_fte' as published_column,
        core_carbon_per_fte as stated
    from {{ ref('stg_sdu_carbon_2017_18') }}
),

from_stated as (
    select
        'es_20' as metric_id, stated.definition_version, 'numerator' as part, stated.org_code as area_code_published, 'trust' as geographies,
        release.period_start, release.period_end, release.period_type, '' as breakdowns, stated.stated as amount,
        stated.published_column, stated.stated as cell, 'exact' as given_status, 'sdu_carbon' as source, stated.release_id,
        stated.member, stated.source_row
    from stated
    join {{ source('catalogue', 'release') }} as release using (release_id)
    where stated.stated is not null
),

given as (
    select * from from_lines
    union all by name
    select * from from_eric_in_areas
    union all by name
    select * from from_stated
)

select {{ columns_given(value_status='given_status') }}
from given
