-- Grain: one row per metric of theme context, area, period and breakdown, as its source states it.
-- Columns as int_metric_summed, and value and limits as stated.
{{ config(materialized='view') }}
with metrics as (
    select * from {{ source('catalogue', 'metric') }} where theme = 'context'
),

releases as (
    select release_id, origin, period_end as latest from {{ source('catalogue', 'release') }}
),

-- Fingertips tells one indicator apart by sex, age and group of deprivation. The seed says which of them is the whole.
indicators as (
    select
        indicators.metric_id, indicators.definition_version, rows.*, releases.latest,
        {{ own_country('rows.area_code_published', 'releases.origin') }} as published_code,
        rows.sex = indicators.sex as is_of_whole_sex, indicators.sex = 'Persons' as has_sexes
    from {{ ref('stg_fingertips') }} as rows
    join {{ ref('context_indicator') }} as indicators on indicators.indicator_id::varchar = rows.indicator_id and indicators.age = rows.age
    join releases using (release_id)
),

deciles as (
    select
        *,
        regexp_extract(category_type, '^(County|District|LSOA|CCG|ICB)', 1) as kind,
        list_position(
            [
                'most deprived decile', 'second most deprived decile', 'third more deprived decile', 'fourth more deprived decile',
                'fifth more deprived decile', 'fifth less deprived decile', 'fourth less deprived decile',
                'third less deprived decile', 'second least deprived decile', 'least deprived decile'
            ],
            trim(lower(regexp_replace(category, '\(.*\)', '')))
        ) as decile
    from indicators
    where category_type like '%deprivation deciles%' and is_of_whole_sex
),

published as (
    select *, 'none' as breakdown_type, 'all' as breakdown_value
    from indicators
    where category_type is null and is_of_whole_sex
    union all by name
    select *, 'sex' as breakdown_type, lower(sex) as breakdown_value
    from indicators
    where category_type is null and has_sexes and sex in ('Female', 'Male')
    union all by name
    select *, 'deprivation_decile_of_' || lower(kind) as breakdown_type, decile::varchar as breakdown_value
    from deciles
    where kind <> '' and decile is not null
),

of_fingertips as (
    select
        metric_id, definition_version, published_code, period_start, period_end, period_type, breakdown_type, breakdown_value,
        'fingertips' as source, numerator_published::decimal(18, 4) as numerator, denominator_published::decimal(18, 4) as denominator,
        -- Of a blank value the note says why; a value with a note is one that the publisher qualifies, as where two councils are one.
        case
            when value_published is null and value_status = 'suppressed' then 'suppressed'
            when value_published is null then 'not_available'
            when value_note is not null then 'estimated'
            else 'exact'
        end as value_status,
        release_id, round(value_published::double, 10) as value_stated,
        {%- for limit in ['lower_95', 'upper_95', 'lower_998', 'upper_998'] %}
        round({{ limit }}_published::double, 10) as {{ limit }}_stated,
        {%- endfor %}
        -- Of downloads of several days the one that reaches furthest speaks, and of several kinds of area the latest.
        latest, coalesce(category_type, '') || area_type as kind_of_area, member, source_row
    from published
),

of_deprivation as (
    select
        'context_08' as metric_id, version.definition_version, area_code as published_code,
        make_date(index_year, 1, 1) as period_start, make_date(index_year, 12, 31) as period_end,
        'calendar_year' as period_type, 'none' as breakdown_type, 'all' as breakdown_value, 'imd' as source,
        null::decimal(18, 4) as numerator, null::decimal(18, 4) as denominator, 'exact' as value_status, release_id,
        round(case version.definition_version when 1 then average_score else 100 * share_most_deprived end::double, 10) as value_stated
    from {{ ref('int_area_deprivation') }}
    cross join (values (1), (2)) as version (definition_version)
    where area_type = 'upper_tier_local_authority' and domain = 'imd'
),

residents as (
    select
        area_code, reference_date, sex, release_id, sum(population) as people,
        coalesce(sum(population) filter (age >= 85), 0) as aged_85_and_over
    from {{ ref('int_area_population') }}
    group by all
),

of_residents as (
    select
        'context_09' as metric_id, version.definition_version,
        {{ own_country('residents.area_code', 'releases.origin') }} as published_code, reference_date as period_start,
        reference_date as period_end, 'snapshot' as period_type,
        case sex when 'persons' then 'none' else 'sex' end as breakdown_type,
        case sex when 'persons' then 'all' when 'females' then 'female' else 'male' end as breakdown_value, 'ons_mye' as source,
        aged_85_and_over as numerator, case version.definition_version when 2 then people end as denominator, 'exact' as value_status,
        release_id
    from residents
    join releases using (release_id)
    cross join (values (1), (2)) as version (definition_version)
),

stated as (
    select * from of_fingertips
    union all by name
    select * from of_deprivation
    union all by name
    select * from of_residents
),

in_areas as (
    select stated.*, canonical.canonical_code as area_code
    from stated
    join {{ ref('int_area_canonical') }} as canonical
        on canonical.published_code = stated.published_code and stated.period_end between canonical.span_from and canonical.span_to
)

select
    in_areas.metric_id, in_areas.definition_version, in_areas.area_code, in_areas.period_start, in_areas.period_end,
    in_areas.period_type, in_areas.breakdown_type, in_areas.breakdown_value, in_areas.source,
    in_areas.numerator::decimal(18, 4) as numerator, in_areas.denominator::decimal(18, 4) as denominator, in_areas.value_status,
    in_areas.release_id, in_areas.value_stated, in_areas.lower_95_stated, in_areas.upper_95_stated, in_areas.lower_998_stated,
    in_areas.upper_998_stated
from in_areas
join metrics using (metric_id, definition_version)
join {{ ref('int_area') }} as area on area.area_code = in_areas.area_code
where list_contains(string_split(metrics.geographies, ' '), area.area_type)
qualify row_number() over (
    partition by in_areas.metric_id, in_areas.definition_version, in_areas.area_code, in_areas.period_start, in_areas.period_end,
        in_areas.breakdown_type, in_areas.breakdown_value, in_areas.source
    order by in_areas.latest desc nulls last, in_areas.kind_of_area desc nulls last, in_areas.release_id desc,
        in_areas.member desc nulls last, in_areas.source_row nulls last
) = 1
