-- Grain: one row per record of a release, part of a metric (es_05 to es_08) and area that the record gives to it in.
-- A company is counted once in each of the areas that it stands in (the ICB, the partner, its council); money is all added up.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with support as (
    select
        *,
        {{ health_industry('sic2007') }} as industry,
        -- A company may be supported before it is registered: a spin-out is.
        support_date <= incorporated + to_years(3) as is_start_up,
        {{ status_of_extract() }} as value_status
    from {{ ref('stg_lx_03_industry_support') }}
),

supported_in as (
    select
        support.*, area.geographies,
        case area.geographies when 'icb' then icb_code when 'trust' then partner_code else lad_code end as area_code_published
    from support
    cross join (values ('icb'), ('trust'), ('{{ council_types() }}')) as area (geographies)
),

-- Of several events of a company in a year the first counts; of those of a day, the first by kind and place of the row.
{% set first_event = 'support_date, support_type, partner_code, release_id, member, source_row' -%}
companies as (
    select 'es_05' as metric_id, *
    from supported_in
    where industry is not null
    qualify row_number() over (partition by period_end, geographies, area_code_published, company_number order by {{ first_event }}) = 1
    union all
    select 'es_07', *
    from supported_in
    where is_start_up
    qualify row_number() over (partition by period_end, geographies, area_code_published, company_number order by {{ first_event }}) = 1
),

of_companies as (
    select
        metric_id, 1 as definition_version, area_code_published, geographies, period_start, period_end, period_type,
        {{ breakdowns({'industry': "coalesce(industry, 'other')"}) }} as breakdowns, 1 as amount, 'company_number' as published_column,
        null::decimal(18, 4) as cell, value_status, 'lx_03_industry_support' as source, release_id, member, source_row
    from companies
),

-- Start-ups by council against the enterprises born there in the calendar year in which the financial year begins; a county is the
-- sum of its districts.
of_births as (
    select
        'es_07' as metric_id, 2 as definition_version, area_code_published, geographies, period_start, period_end, period_type,
        '' as breakdowns, 1 as amount, 'company_number' as published_column, null::decimal(18, 4) as cell, value_status,
        'lx_03_industry_support' as source, release_id, member, source_row
    from companies
    where metric_id = 'es_07' and geographies = '{{ council_types() }}'
    union all
    select
        'es_07', 2, area_code_published, '{{ council_types() }}', make_date(year(period_start), 4, 1), make_date(year(period_start) + 1, 3, 31),
        'financial_year', '', births, 'births', births, 'exact', 'ons_business_demography', release_id, member, source_row
    from {{ ref('stg_ons_business_births') }}
    where births is not null and left(area_code_published, 3) in ('E06', 'E07', 'E08', 'E09')
),

of_support as (
    select
        'es_05' as metric_id, 2 as definition_version, area_code_published, geographies, period_start, period_end, period_type,
        {{ breakdowns({'industry': 'industry', 'support_type': 'support_type'}) }} as breakdowns, leveraged_gbp as amount,
        'leveraged_gbp' as published_column, leveraged_gbp as cell, value_status, 'lx_03_industry_support' as source,
        release_id, member, source_row
    from supported_in
    where industry is not null and leveraged_gbp is not null
    union all
    select
        'es_08', 2, area_code_published, geographies, period_start, period_end, period_type,
        {{ breakdowns({'industry': "coalesce(industry, 'other')"}) }}, value_gbp, 'value_gbp', value_gbp, value_status,
        'lx_03_industry_support', release_id, member, source_row
    from supported_in
    where support_type = 'trial' and geographies in ('icb', 'trust')
),

-- The tax of an organisation's staff is an estimate, whatever its row says.
of_payments as (
    select
        'es_06' as metric_id, way.definition_version,
        case area.geographies when 'icb' then icb_code when 'trust' then occupier_code else billing_authority end as area_code_published,
        area.geographies, period_start, period_end, period_type, '' as breakdowns,
        case way.definition_version when 1 then rates_paid_gbp else paye_ni_gbp end as amount,
        case way.definition_version when 1 then 'rates_paid_gbp' else 'paye_ni_gbp' end as published_column,
        case way.definition_version when 1 then rates_paid_gbp else paye_ni_gbp end as cell,
        case when data_status = 'actual' and way.definition_version = 1 then 'exact' else 'estimated' end as value_status,
        'lx_04_rates_and_tax' as source, release_id, member, source_row
    from {{ ref('stg_lx_04_rates_and_tax') }}
    cross join (values (1), (2)) as way (definition_version)
    cross join (values ('icb'), ('trust'), ('{{ council_types() }}')) as area (geographies)
    where case way.definition_version when 1 then rates_paid_gbp else paye_ni_gbp end is not null
      -- Tax is paid where its payer says, not to the council of the properties.
      and (way.definition_version = 1 or area.geographies in ('icb', 'trust'))
),

-- A trust that no register places is in no ICB: the file itself says the region of every trust, and all are of England. A region
-- that no lookup knows stands as it is, and leads nowhere.
regions as (
    select
        lower(area_name) || ' commissioning region' as region, area_code, coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('int_area') }}
    where area_type = 'nhs_region'
),

of_sites as (
    select
        'es_06' as metric_id, 3 as definition_version,
        case area.geographies
            when 'trust icb' then site.trust_code
            when 'nhs_region' then coalesce(regions.area_code, site.region, 'no region')
            else {{ country_of('site.origin') }}
        end as area_code_published,
        area.geographies, site.period_start, site.period_end, 'financial_year' as period_type, '' as breakdowns, site.value as amount,
        'value' as published_column, site.value as cell, 'exact' as value_status, 'eric' as source, site.release_id, site.member,
        site.source_row
    from {{ ref('stg_eric_site_items') }} as site
    left join regions on regions.region = lower(site.region) and site.period_end between regions.valid_from and regions.valid_to
    cross join (values ('trust icb'), ('nhs_region'), ('country')) as area (geographies)
    where site.item = 'Rates' and site.unit = '£' and site.value is not null
),

awards as (
    select award.*, release.period_end as known_until
    from {{ ref('stg_nihr_awards') }} as award
    join {{ source('catalogue', 'release') }} as release using (release_id)
    where award_gbp is not null and start_date is not null and end_date >= start_date
),

places as (
    select {{ bare_postcode('postcode') }} as bare_postcode, sub_icb_location_ons_code, council_code from {{ ref('stg_ons_nspl') }}
),

award_years as (
    select *, make_date(began, 4, 1) as year_start, make_date(began + 1, 3, 31) as year_end
    from (
        select
            *,
            unnest(range(
                year(start_date) - case when month(start_date) < 4 then 1 else 0 end,
                year(end_date) - case when month(end_date) < 4 then 1 else 0 end + 1
            ))::integer as began
        from awards
    )
),

-- The same part of an award falls on each of its days. A year that had not ended when the file was made is not whole. Awards
-- to places outside England are none of its areas'; a postcode that no lookup knows stands as it is, and leads nowhere.
of_awards as (
    select
        'es_08' as metric_id, 1 as definition_version,
        case area.geographies
            when 'icb nhs_region' then coalesce(places.sub_icb_location_ons_code, award.postcode, 'no postcode')
            else coalesce(places.council_code, award.postcode, 'no postcode')
        end as area_code_published,
        area.geographies, award.year_start as period_start, award.year_end as period_end, 'financial_year' as period_type,
        {{ breakdowns({'programme_type': 'award.programme_type', 'organisation_type': 'award.organisation_type'}) }} as breakdowns,
        round(
            award.award_gbp::double
            * (least(award.end_date, award.year_end) - greatest(award.start_date, award.year_start) + 1)
            / (award.end_date - award.start_date + 1),
            4
        ) as amount,
        'award_gbp' as published_column, award.award_gbp as cell, 'exact' as value_status, 'nihr_awards' as source,
        award.release_id, award.member, award.source_row
    from award_years as award
    left join places on places.bare_postcode = {{ bare_postcode('award.postcode') }}
    cross join (
        values ('icb nhs_region'), ('{{ council_types() }} region')
    ) as area (geographies)
    where award.year_end <= award.known_until and (places.council_code is null or places.council_code like 'E%')
),

given as (
    select * from of_companies
    union all by name
    select * from of_births
    union all by name
    select * from of_support
    union all by name
    select * from of_payments
    union all by name
    select * from of_sites
    union all by name
    select * from of_awards
)

select {{ columns_given(part="case source when 'ons_business_demography' then 'denominator' else 'numerator' end") }}
from given
