-- Grain: one row per record of the estate, part of a metric (es_13, es_14, es_15) that it gives to, and area that it counts in.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with eric_sites as (
    {{ eric_measures('site') }}
),

eric_trusts as (
    {{ eric_measures('trust') }}
),

-- Which measure of ERIC gives to which metric.
eric_gives as (
    select * from (values
        ('floor_area', 1, null), ('land_owned', 2, null), ('backlog_high', 5, 'high'), ('backlog_significant', 5, 'significant'),
        ('backlog_moderate', 5, 'moderate'), ('backlog_low', 5, 'low')
    ) as gives (measure, definition_version, risk)
),

of_sites as (
    select
        'es_13' as metric_id, eric_gives.definition_version, eric_sites.amount, 'value' as published_column,
        eric_sites.amount as cell,
        {{ breakdowns({'site_type': "case eric_gives.definition_version when 1 then eric_sites.site_type end", 'risk': 'eric_gives.risk'}) }} as breakdowns,
        eric_sites.* exclude (amount)
    from eric_sites
    join eric_gives using (measure)
    where eric_sites.amount is not null
    union all by name
    -- A site that reports by itself has one record of its floor area, known or not.
    select
        'es_13' as metric_id, 3 as definition_version, 1::decimal(18, 4) as amount, 'site_code' as published_column,
        null::decimal(18, 4) as cell,
        {{ breakdowns({'site_type': 'site_type'}) }} as breakdowns,
        * exclude (amount)
    from eric_sites
    where measure = 'floor_area' and is_site
    union all by name
    select
        'es_14' as metric_id, case measure when 'retail_area' then 3 else 4 end as definition_version, amount, 'value' as published_column,
        amount as cell, '' as breakdowns, * exclude (amount)
    from eric_sites
    where measure in ('retail_area', 'retail_income') and amount is not null
),

of_trusts as (
    select
        'es_13' as metric_id, 4 as definition_version, amount, 'value' as published_column, amount as cell,
        {{ breakdowns({'site_type': "replace(item, 'Number of sites - ', '')"}) }} as breakdowns,
        * exclude (amount)
    from eric_trusts
    where measure = 'sites' and amount is not null
),

from_eric as (
    select *, 'exact' as given_status, 'financial_year' as period_type, 'eric' as source, 'numerator' as part
    from (select * from of_sites union all by name select * from of_trusts)
),

from_eric_in_areas as (
    {{ in_areas_of_eric('from_eric') }}
),

spaces as (
    select *, {{ status_of_extract() }} as given_status
    from {{ ref('stg_lx_07_estate_use') }}
    {{ newest_extract(['site_code', "coalesce(room_id, '')"]) }}
),

sites as (
    select * from spaces where room_id is null
),

-- Rooms whose hours are known, both of them.
rooms as (
    select * from spaces where room_id is not null and available_hours is not null and used_hours is not null
),

of_spaces as (
    select
        'es_13' as metric_id, 6 as definition_version, 'numerator' as part, book_value_gbp as amount, 'book_value_gbp' as published_column,
        {{ breakdowns({'owner': 'owner', 'tenure': 'tenure'}) }} as breakdowns, *
    from sites
    where book_value_gbp is not null
    union all by name
    select
        'es_13' as metric_id, 7 as definition_version, 'numerator' as part, gia_m2 as amount, 'gia_m2' as published_column,
        {{ breakdowns({'owner': 'owner', 'tenure': 'tenure'}) }} as breakdowns, *
    from sites
    where gia_m2 is not null
    union all by name
    select
        'es_14' as metric_id, 1 as definition_version, 'numerator' as part, used_hours as amount, 'used_hours' as published_column,
        {{ breakdowns({'occupier_sector': 'occupier_sector', 'owner': 'owner'}) }} as breakdowns, *
    from rooms
    union all by name
    select
        'es_14' as metric_id, 1 as definition_version, 'denominator' as part, available_hours as amount,
        'available_hours' as published_column,
        {{ breakdowns({'occupier_sector': 'occupier_sector', 'owner': 'owner'}) }} as breakdowns, *
    from rooms
    union all by name
    -- Hours of a room whose user is not told stay in the whole.
    select
        'es_14' as metric_id, 2 as definition_version, 'numerator' as part, used_hours as amount, 'used_hours' as published_column,
        {{ breakdowns({'occupier_sector': 'occupier_sector'}) }} as breakdowns, *
    from rooms
    where occupier_sector <> 'nhs'
    union all by name
    select
        'es_14' as metric_id, 2 as definition_version, 'denominator' as part, used_hours as amount, 'used_hours' as published_column,
        '' as breakdowns, *
    from rooms
    union all by name
    select
        'es_14' as metric_id, 5 as definition_version, 'numerator' as part, gia_m2 as amount, 'gia_m2' as published_column,
        {{ breakdowns({'occupier_sector': 'occupier_sector'}) }} as breakdowns, *
    from sites
    where gia_m2 is not null and occupier_sector <> 'nhs'
    union all by name
    select
        'es_14' as metric_id, 5 as definition_version, 'denominator' as part, gia_m2 as amount, 'gia_m2' as published_column,
        '' as breakdowns, *
    from sites
    where gia_m2 is not null
),

from_spaces as (
    select
        * exclude (icb_code), icb_code as area_code_published, 'icb' as geographies, amount as cell,
        'lx_07_estate_use' as source
    from of_spaces
),

-- People at an entrance in an hour: as estimated, else half the movements. Hours of fewer than five are marked and give
-- nothing: the sum is then too low, and called an estimate.
hours as (
    select
        *,
        coalesce(people_est, movements / 2, 0)::decimal(18, 4) as people,
        case when people_est is not null then 'people_est' else 'movements' end as counted_column,
        coalesce(people_est, movements)::decimal(18, 4) as cell,
        case when people_est is not null and data_status = 'actual' then 'exact' else 'estimated' end as given_status,
        case when regeneration_scheme_id is null then 'no' else 'yes' end as regeneration
    from {{ ref('stg_lx_08_footfall') }}
    {{ newest_extract(['site_code', 'sensor_id', 'hour_start']) }}
),

-- The area of a site where people are counted: of the last quarter known when the month ends, of the earliest else.
counted_sites as (
    select
        hours.site_code, hours.period_start, hours.period_end, hours.period_type, hours.icb_code, sites.gia_m2, sites.given_status,
        sites.release_id, sites.member, sites.source_row
    from (select distinct site_code, period_start, period_end, period_type, icb_code from hours) as hours
    join sites on sites.site_code = hours.site_code and sites.gia_m2 > 0
    qualify row_number() over (
        partition by hours.site_code, hours.period_start, hours.icb_code
        order by
            sites.period_start <= hours.period_end desc,
            case when sites.period_start <= hours.period_end then -epoch(sites.period_start) else epoch(sites.period_start) end
    ) = 1
),

of_hours as (
    select
        'es_15' as metric_id, 1 as definition_version, 'numerator' as part, people as amount, counted_column as published_column,
        {{ breakdowns({'regeneration': 'regeneration', 'count_method': 'method'}) }} as breakdowns, 'lx_08_footfall' as source, *
    from hours
    union all by name
    select
        'es_15' as metric_id, 2 as definition_version, 'numerator' as part, people as amount, counted_column as published_column,
        '' as breakdowns, 'lx_08_footfall' as source, *
    from hours
    where (site_code, period_start, icb_code) in (select (site_code, period_start, icb_code) from counted_sites)
    union all by name
    select
        'es_15' as metric_id, 2 as definition_version, 'denominator' as part, gia_m2 as amount, 'gia_m2' as published_column,
        gia_m2 as cell, '' as breakdowns, 'lx_07_estate_use' as source, *
    from counted_sites
),

from_hours as (
    select * exclude (icb_code), icb_code as area_code_published, 'icb' as geographies
    from of_hours
),

given as (
    select * from from_eric_in_areas
    union all by name
    select * from from_spaces
    union all by name
    select * from from_hours
)

select {{ columns_given(value_status='given_status') }}
from given
