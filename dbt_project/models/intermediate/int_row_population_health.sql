-- Grain: one row per record of a release (release_id, member, source_row), part of a metric (es_16, es_17, es_18) and area that it gives
-- to; of a population, per band of age; of a quarter, per period.
-- A record stands at its ICB, its place of residence and its provider; `geographies` says which types of area it counts to from each.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with deprivation as (
    select area_code as lsoa_code, decile
    from {{ ref('int_area_deprivation') }}
    where area_type = 'lsoa' and domain = 'imd'
    qualify row_number() over (partition by area_code order by index_year desc, release_id desc) = 1
),

releases as (
    select release_id, origin from {{ source('catalogue', 'release') }}
),

areas as (
    select distinct published_code from {{ ref('int_area_canonical') }}
),

-- Operations (es_16). Where the extract leaves the decile blank the indices are asked.
spells as (
    select
        spells.*,
        coalesce(spells.imd_decile, deprivation.decile) as decile,
        {{ status_of(['spells']) }} as value_status
    from {{ ref('stg_lx_09_procedures_working_age') }} as spells
    left join deprivation using (lsoa_code)
),

spells_at as (
    select *, icb_code as area_code_published, 'icb' as geographies from spells
    union all by name
    select *, lsoa_code as area_code_published, 'sub_icb_location {{ council_types() }}' as geographies from spells
    union all by name
    -- An independent provider is no area.
    select *, provider_code as area_code_published, 'trust' as geographies
    from spells
    where provider_code in (select published_code from areas)
),

operations as (
    select
        *,
        {{ known_of('spells') }} as amount,
        spells as cell,
        {{ breakdowns({
            'opcs_chapter': 'opcs_chapter', 'sex': 'sex', 'age_band': 'age_band5',
            'imd_quintile': 'ceil(decile / 2)::integer', 'core20': core20('decile'),
        }) }} as breakdowns
    from spells_at
),

-- Residents on 30 June of the extract's financial year, of the councils that its small areas lie in.
councils_of_extract as (
    select distinct
        ancestors.ancestor_code as area_code, spells.period_start, spells.period_end, spells.period_type
    from (select distinct lsoa_code, period_start, period_end, period_type from spells) as spells
    join {{ ref('int_area_canonical') }} as canonical
        on canonical.published_code = spells.lsoa_code and spells.period_end between canonical.span_from and canonical.span_to
    join {{ ref('int_area_ancestor') }} as ancestors
        on ancestors.area_code = canonical.canonical_code and spells.period_end between ancestors.span_from and ancestors.span_to
    -- A county is the sum of its districts, which the estimates have too.
    where left(ancestors.ancestor_code, 3) in ('E06', 'E07', 'E08', 'E09')
),

residents as (
    select
        councils.area_code, councils.period_start, councils.period_end, councils.period_type, people.sex,
        {{ working_age_band('people.age') }} as age_band, sum(people.population) as population, people.release_id,
        people.member, people.source_row
    from {{ ref('int_area_population') }} as people
    join councils_of_extract as councils
        on councils.area_code = people.area_code and people.reference_date between councils.period_start and councils.period_end
    where people.sex in ('females', 'males') and people.age between 16 and 64
    group by all
),

-- People who set a quit date (es_17), quarter by quarter. A year is given where an area has all four of its quarters.
quarters as (
    select
        services.*, releases.origin, (period_start - to_months(3 * (quarter::integer - 1)))::date as year_start,
        count(*) over (partition by services.release_id, financial_year, area_code_published) as quarters_held
    from {{ ref('stg_stop_smoking_services') }} as services
    join releases using (release_id)
    where sex = 'All persons' and group_type = 'Age band' and group_name = 'All ages'
),

quits as (
    select * exclude (year_start), 'quarter' as period_type from quarters
    union all by name
    select
        * exclude (period_start, period_end, year_start), year_start as period_start,
        (year_start + to_years(1))::date - 1 as period_end, 'financial_year' as period_type
    from quarters
    where quarters_held = 4
),

quit_parts as (
    select
        version.definition_version, version.part, version.measure, quits.*,
        case version.measure
            when 'set_quit_date' then set_quit_date when 'quit' then quit when 'quit_co' then quit_co
        end as cell
    from quits
    cross join (
        values
            (1, 'numerator', 'set_quit_date'), (2, 'numerator', 'quit'), (2, 'denominator', 'set_quit_date'),
            (3, 'numerator', 'quit_co'), (3, 'denominator', 'set_quit_date')
    ) as version (definition_version, part, measure)
    -- A share stands on both of its parts.
    where set_quit_date is not null
      and (version.definition_version <> 2 or quit is not null)
      and (version.definition_version <> 3 or quit_co is not null)
),

-- Prevention services of an ICS (es_17 beyond the published statistics).
prevention_at as (
    {{ at_icb_and_council(ref('stg_lx_10_prevention_services')) }}
),

prevention as (
    select
        services.*,
        {{ breakdowns({
            'service': 'service', 'setting': 'setting', 'imd_quintile': 'ceil(deprivation.decile / 2)::integer',
            'core20': core20('deprivation.decile'),
        }) }} as breakdowns
    from prevention_at as services
    left join deprivation using (lsoa_code)
),

prevention_parts as (
    select
        version.definition_version, version.part, version.measure, prevention.*,
        case version.measure when 'started' then started else outcome_4w end as cell,
        case version.measure
            when 'started' then {{ status_of(['started']) }} else {{ status_of(['outcome_4w']) }}
        end as value_status
    from prevention
    cross join (
        values (4, 'numerator', 'started'), (5, 'numerator', 'outcome_4w'), (5, 'denominator', 'started')
    ) as version (definition_version, part, measure)
    where version.definition_version = 4 or (started is not null and outcome_4w is not null)
),

-- Employment support of an ICS (es_18).
support_at as (
    {{ at_icb_and_council(ref('stg_lx_11_employment_support')) }}
),

support_parts as (
    select
        version.definition_version, version.part, version.measure, support.*,
        case version.measure when 'started' then started when 'job_starts' then job_starts else sustained_13w end as cell,
        case version.measure
            when 'started' then {{ status_of(['started']) }}
            when 'job_starts' then {{ status_of(['job_starts']) }}
            else {{ status_of(['sustained_13w']) }}
        end as value_status,
        {{ breakdowns({'programme': 'programme', 'hours_band': 'hours_band'}) }} as breakdowns
    from support_at as support
    cross join (
        values
            (1, 'numerator', 'started'), (2, 'numerator', 'job_starts'), (3, 'numerator', 'job_starts'),
            (3, 'denominator', 'started'), (4, 'numerator', 'sustained_13w'), (4, 'denominator', 'job_starts')
    ) as version (definition_version, part, measure)
    -- Thirteen weeks are not over for all ([x]): who cannot have kept a job yet is not counted among those who could.
    where version.definition_version in (1, 2)
       or (version.definition_version = 3 and started is not null and job_starts is not null)
       or (version.definition_version = 4 and job_starts is not null and sustained_13w is not null)
),

-- What is published of it: individual placement and support, and employment support in talking therapies.
published_support as (
    select
        5 as definition_version,
        {{ own_country("case breakdown when 'England' then 'E92000001' else primary_level end", 'origin') }} as area_code_published,
        case breakdown when 'England' then 'country' when 'Provider' then 'trust' else 'sub_icb_location' end as geographies,
        period_start, period_end, value_published, 'measure_value' as published_column, 'mhsds' as source, release_id,
        member, source_row
    from {{ ref('stg_mhsds') }}
    join releases using (release_id)
    -- Residence has borne three names; public code of NHS England has them all.
    where measure_id = 'MHS116' and secondary_level is null and not is_unknown
      and breakdown in ('England', 'Provider', 'CCG of Residence', 'CCG - Residence', 'Sub ICB of Residence')
    union all
    select
        6,
        {{ own_country("case group_type when 'England' then 'E92000001' when 'Provider' then org_code2 else org_code1 end", 'origin') }},
        case group_type
            when 'England' then 'country' when 'Integrated Care Board (ICB)' then 'icb' when 'SubICB' then 'sub_icb_location'
            when 'Provider' then 'trust'
        end,
        period_start, period_end, value_published, 'measure_value', 'talking_therapies_monthly', release_id, member, source_row
    from {{ ref('stg_talking_therapies_monthly') }}
    join releases using (release_id)
    where measure_id = 'EA040' and group_type in ('England', 'Integrated Care Board (ICB)', 'SubICB', 'Provider')
),

given as (
    select
        'es_16' as metric_id, 1 as definition_version, 'numerator' as part, area_code_published, geographies, period_start,
        period_end, period_type, breakdowns, null::varchar as stratum, amount, 'spells' as published_column, cell, value_status,
        'lx_09_procedures_working_age' as source, release_id, member, source_row
    from operations
    union all
    -- Rates are of councils: whose residents are counted by age.
    select
        'es_16', version.definition_version, 'numerator', area_code_published, '{{ council_types() }}', period_start, period_end, period_type,
        case version.definition_version when 2 then {{ breakdowns({'sex': 'sex', 'age_band': 'age_band5'}) }} else '' end,
        case version.definition_version when 3 then age_band5 end,
        amount, 'spells', cell, value_status, 'lx_09_procedures_working_age', release_id, member, source_row
    from operations
    cross join (values (2), (3)) as version (definition_version)
    where area_code_published = lsoa_code
    union all
    select
        'es_16', version.definition_version, 'denominator', area_code, null, period_start, period_end, period_type,
        case version.definition_version
            when 2 then {{ breakdowns({'sex': "case sex when 'females' then 'female' else 'male' end", 'age_band': 'age_band'}) }} else ''
        end,
        case version.definition_version when 3 then age_band end,
        population, 'population', null, 'exact', 'ons_mye', release_id, member, source_row
    from residents
    cross join (values (2), (3)) as version (definition_version)
    union all
    -- Each hidden cell counts as one.
    select
        'es_16', 4, 'numerator', area_code_published, geographies, period_start, period_end, period_type,
        {{ breakdowns({'opcs_chapter': 'opcs_chapter'}) }}, null, (spells_status = 'suppressed')::integer, 'spells', null, 'exact',
        'lx_09_procedures_working_age', release_id, member, source_row
    from operations
    where geographies <> 'trust'
    union all
    select
        'es_17', definition_version, part, {{ own_country('area_code_published', 'origin') }},
        case area_type when 'england' then 'country' when 'region' then 'region' else 'upper_tier_local_authority' end,
        period_start, period_end, period_type, '', null, cell, measure, cell, 'exact', 'stop_smoking', release_id, member, source_row
    from quit_parts
    union all
    select
        'es_17', definition_version, part, area_code_published, geographies, period_start, period_end, period_type, breakdowns, null,
        {{ known_of('cell') }}, measure, cell, value_status, 'lx_10_prevention_services', release_id, member, source_row
    from prevention_parts
    union all
    select
        'es_18', definition_version, part, area_code_published, geographies, period_start, period_end, period_type, breakdowns, null,
        {{ known_of('cell') }}, measure, cell, value_status, 'lx_11_employment_support', release_id, member, source_row
    from support_parts
    union all
    select
        'es_18', definition_version, 'numerator', area_code_published, geographies, period_start, period_end,
        {{ period_type_of('period_start', 'period_end') }}, '', null, value_published, published_column, value_published,
        -- Below England both publishers round to the nearest 5.
        case geographies when 'country' then 'exact' else 'rounded' end, source, release_id, member, source_row
    from published_support
    where value_published is not null and (geographies <> 'trust' or area_code_published in (select published_code from areas))
)

select {{ columns_given(stratum='stratum') }}
from given
