-- Grain: one row per record of a release (release_id, member, source_row), column of it, part of a metric of the Better Care Fund and
-- area that it gives to; of residents, one per council or country and month or year.
-- Publishers print councils, regions and England beside one another: `geographies` says which types of area a row counts to, so that
-- nothing is counted twice.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with releases as (
    select release_id, origin from {{ source('catalogue', 'release') }}
),

areas as (
    select distinct published_code from {{ ref('int_area_canonical') }}
),

-- Adult social care outcomes. Codes of 2023-24 and later are other measures, whatever they look like.
outcomes as (
    select
        measures.*,
        {{ own_country('area_ons_code_published', 'origin') }} as area_code,
        case area_level when 'england' then 'country' when 'region' then 'region' else 'upper_tier_local_authority' end as geographies,
        (financial_year_start + to_years(1))::date - 1 as financial_year_end,
        max(value) filter (where measure_type = 'outcome') over of_measure as outcome,
        max(value) filter (where measure_type = 'margin_of_error') over of_measure as margin,
        count(value) filter (where measure_type in ('numerator', 'denominator')) over of_measure = 2 as has_both_parts
    from {{ ref('stg_ascof_measures') }} as measures
    join releases using (release_id)
    where financial_year_start < date '2023-04-01' and area_level <> 'council_type' and people = 'Total'
      and measure in ('1A', '2A2', '2B1', '2B2', '3A', '3B')
    window of_measure as (partition by release_id, area_code_published, measure_code)
),

outcome_parts as (
    select
        version.metric_id, version.definition_version, version.part, outcomes.*,
        case version.part when 'lower_95' then outcome - margin when 'upper_95' then outcome + margin else value end as amount
    from outcomes
    join (
        values
            ('bcf_01', 1, '2A2', 'numerator', 'numerator'), ('bcf_01', 1, '2A2', 'denominator', 'denominator'),
            ('bcf_02', 1, '2B1', 'numerator', 'numerator'), ('bcf_02', 1, '2B1', 'denominator', 'denominator'),
            ('bcf_03', 1, '2B2', 'numerator', 'numerator'), ('bcf_03', 1, '2B2', 'denominator', 'denominator'),
            {%- for metric_id, measure in [('bcf_06', '3A'), ('bcf_07', '3B'), ('bcf_08', '1A')] %}
            ('{{ metric_id }}', 1, '{{ measure }}', 'numerator', 'numerator'), ('{{ metric_id }}', 1, '{{ measure }}', 'denominator', 'denominator'),
            ('{{ metric_id }}', 1, '{{ measure }}', 'value', 'outcome'), ('{{ metric_id }}', 1, '{{ measure }}', 'lower_95', 'margin_of_error'),
            ('{{ metric_id }}', 1, '{{ measure }}', 'upper_95', 'margin_of_error'){{ ',' if not loop.last }}
            {%- endfor %}
    ) as version (metric_id, definition_version, measure, part, measure_type) using (measure, measure_type)
    where value is not null and has_both_parts
),

-- Delayed transfers of care. Before November 2015 a council bears its social services code alone; later files have both.
council_codes as (
    select area_code_published, arg_min(ons_code, (seen, ons_code)) as ons_code
    from (
        select area_code_published, area_ons_code_published as ons_code, month_start as seen
        from {{ ref('stg_dtoc_responsible_organisation') }}
        union all
        select area_code_published, area_ons_code_published, financial_year_start from {{ ref('stg_ascof_measures') }}
    )
    where ons_code is not null and area_code_published is not null
    group by area_code_published
),

delays as (
    select
        days.release_id, days.member, days.source_row, days.month_start, days.total, days.nhs, days.social_care,
        days.nhs_and_social_care,
        case when is_total then {{ country_of('origin') }} else coalesce(area_ons_code_published, codes.ons_code) end as area_code,
        case when is_total then 'country' else 'upper_tier_local_authority' end as area_type
    from {{ ref('stg_dtoc_responsible_organisation') }} as days
    join releases using (release_id)
    left join council_codes as codes using (area_code_published)
    where not is_elsewhere
),

-- England of months whose sheets are not held is that of the national series.
delays_with_series as (
    select * from delays where area_code is not null
    union all by name
    select
        release_id, member, source_row, month_start, total, total as unattributed, {{ country_of('origin') }} as area_code,
        'country' as area_type
    from {{ ref('stg_dtoc_series_month') }}
    join releases using (release_id)
    where month_start not in (select month_start from delays where area_type = 'country')
),

delays_of_months as (
    select
        *, {{ financial_year_of('month_start') }} as financial_year_start,
        count(*) over (partition by area_code, {{ financial_year_of('month_start') }}) as months_held
    from delays_with_series
    where total is not null
),

delay_periods as (
    select *, month_start as period_start, last_day(month_start) as period_end, 'month' as period_type, 1 as months from delays_of_months
    union all by name
    select
        *, financial_year_start as period_start, (financial_year_start + to_years(1))::date - 1 as period_end,
        'financial_year' as period_type, 12 as months
    from delays_of_months
    where months_held = 12
),

delays_by_reason as (
    select
        days.release_id, days.member, days.source_row, days.month_start, days.reason, days.delayed_days,
        case when is_total then {{ country_of('origin') }} else coalesce(area_ons_code_published, codes.ons_code) end as area_code,
        case when is_total then 'country' else 'upper_tier_local_authority' end as area_type
    from {{ ref('stg_dtoc_reason') }} as days
    join releases using (release_id)
    left join council_codes as codes using (area_code_published)
    where not is_elsewhere and not is_all_reasons and delayed_days is not null
),

-- Residents on 30 June of the financial year, of districts (which make up their councils) and of the country, for each month that
-- something is counted in, and twelve times for a year.
resident_periods as (
    select distinct
        'bcf_04' as metric_id, 1 as definition_version, 18 as from_age, period_start, period_end, period_type, months
    from delay_periods
    union all
    select distinct 'bcf_10', 3, 0, month_start, last_day(month_start), 'month', 1
    from {{ ref('stg_mar_admissions_commissioner') }}
),

residents as (
    select
        periods.metric_id, periods.definition_version, periods.period_start, periods.period_end, periods.period_type,
        {{ own_country('people.area_code', 'releases.origin') }} as area_code,
        case when people.area_code = 'E92000001' then 'country' else 'upper_tier_local_authority' end as geographies,
        sum(people.population * periods.months) as amount, people.release_id, people.member, people.source_row
    from {{ ref('int_area_population') }} as people
    join releases using (release_id)
    join resident_periods as periods
        on people.age >= periods.from_age
        and {{ financial_year_of('people.reference_date') }} = {{ financial_year_of('periods.period_start') }}
    where people.sex = 'persons'
      and (
          people.area_code = 'E92000001'
          or (periods.metric_id = 'bcf_04' and left(people.area_code, 3) in ('E06', 'E07', 'E08', 'E09'))
      )
    group by all
),

-- Discharge reports: each day of each organisation, region and England.
nhs_regions as (
    select upper(area_name) as region_name, min(area_code) as region_code
    from {{ ref('int_area') }}
    where area_type = 'nhs_region'
    group by upper(area_name)
),

sitrep_days as (
    {%- for setting in ['acute', 'community'] %}
    select
        'discharge_sitrep_{{ setting }}' as source, days.release_id, days.member, days.source_row, days.day, days.measure, days.patients,
        case
            when is_total then {{ country_of('origin') }}
            when area_level = 'region' then region_code
            else area_code_published
        end as area_code,
        case
            when is_total then 'country' when area_level = 'region' then 'nhs_region' when area_level = 'provider' then 'trust' else area_level
        end as area_type
    from {{ ref('stg_discharge_sitrep_' ~ setting ~ '_daily') }} as days
    join releases using (release_id)
    left join nhs_regions on nhs_regions.region_name = days.region_name_published
    union all
    {%- endfor %}
    select
        'discharge_sitrep_acute', series.release_id, series.member, series.source_row, series.day, series.measure, series.patients,
        {{ country_of('origin') }}, 'country'
    from {{ ref('stg_discharge_sitrep_acute_series_daily') }} as series
    join releases using (release_id)
    where series.measure in ('no_longer_meet_criteria', 'discharged', 'remaining')
      and date_trunc('month', series.day) not in (
          select date_trunc('month', day) from {{ ref('stg_discharge_sitrep_acute_daily') }} where is_total
      )
),

-- A day without a figure is one that the organisation did not submit.
sitrep as (
    select
        *, date_trunc('month', day)::date as period_start, last_day(day) as period_end, isodow(day) >= 6 as is_weekend,
        count(*) filter (where measure = 'discharged' and isodow(day) >= 6) over of_month as weekend_days,
        count(*) filter (where measure = 'discharged' and isodow(day) < 6) over of_month as weekdays,
        count(*) filter (where measure in ('no_longer_meet_criteria', 'remaining'))
            over (partition by source, area_type, area_code, day) = 2 as is_whole
    from sitrep_days
    where patients is not null and area_code is not null
    window of_month as (partition by source, area_type, area_code, date_trunc('month', day))
),

sitrep_parts as (
    select
        'bcf_04' as metric_id, case source when 'discharge_sitrep_acute' then 5 else 6 end as definition_version, part,
        case part when 'numerator' then patients else 1 end as amount, case part when 'numerator' then patients end as cell, sitrep.*
    from sitrep
    cross join (values ('numerator'), ('denominator')) as parts (part)
    where measure = 'remaining'
    union all by name
    select
        'bcf_04' as metric_id, 7 as definition_version, case measure when 'remaining' then 'numerator' else 'denominator' end as part,
        patients as amount, patients as cell, sitrep.*
    from sitrep
    where source = 'discharge_sitrep_acute' and measure in ('no_longer_meet_criteria', 'remaining') and is_whole
    union all by name
    select
        'bcf_23' as metric_id, 1 as definition_version, case when is_weekend then 'numerator' else 'denominator' end as part,
        (patients::decimal(18, 4) / case when is_weekend then weekend_days else weekdays end)::decimal(18, 4) as amount,
        patients as cell, sitrep.*
    from sitrep
    where source = 'discharge_sitrep_acute' and measure = 'discharged' and weekend_days > 0 and weekdays > 0
    union all by name
    select
        'bcf_23' as metric_id, case when is_weekend then 2 else 3 end as definition_version, 'numerator' as part, patients as amount,
        patients as cell, sitrep.*
    from sitrep
    where source = 'discharge_sitrep_acute' and measure = 'discharged'
),

-- Emergency admissions of providers; England of months whose series is not held is their sum, independent providers included.
emergencies as (
    select
        release_id, member, source_row, month_start, admissions, organisation_code as area_code, 'trust' as geographies
    from {{ ref('stg_ae_provider') }}
    where organisation_code in (select published_code from areas)
    union all
    select release_id, member, source_row, month_start, admissions, {{ country_of('origin') }}, 'country'
    from {{ ref('stg_ae_provider') }}
    join releases using (release_id)
    where month_start not in (select month_start from {{ ref('stg_ae_series_activity') }})
    union all
    select release_id, member, source_row, month_start, admissions, {{ country_of('origin') }}, 'country'
    from {{ ref('stg_ae_series_activity') }}
    join releases using (release_id)
),

-- Falls, as Fingertips states them. England and regions stand in the download of each kind of area: one speaks.
falls as (
    select
        rows.*, {{ own_country('area_code_published', 'origin') }} as area_code,
        case left(area_code_published, 3) when 'E92' then 'country' when 'E12' then 'region' else 'upper_tier_local_authority' end as geographies
    from {{ ref('stg_fingertips') }} as rows
    join releases using (release_id)
    where indicator_id = '22401' and sex = 'Persons' and age = '65+ yrs' and not is_group and value_published is not null
      and left(area_code_published, 3) in ('E92', 'E12', 'E06', 'E08', 'E09', 'E10')
    qualify row_number() over (
        partition by area_code_published, period_start, period_end order by area_type desc, release_id desc, member, source_row
    ) = 1
),

-- Risk stratification and linkage: a practice, and for its ICB also packages that a council submits under its own code.
practices_at as (
    select *, practice_code as area_code, 'sub_icb_location practice' as geographies
    from {{ ref('stg_lx_15_risk_and_linkage') }}
    where practice_code in (select published_code from areas)
    union all by name
    select *, icb_code as area_code, 'icb' as geographies from {{ ref('stg_lx_15_risk_and_linkage') }}
),

practice_parts as (
    {%- for metric_id, version, numerator, denominator in [
        ('bcf_18', 1, 'high_risk', 'adults_registered'), ('bcf_19', 1, 'with_joint_plan', 'high_risk'),
        ('bcf_19', 2, 'with_accountable_professional', 'high_risk'), ('bcf_20', 1, 'records_nhsno_verified', 'records_total'),
        ('bcf_21', 1, 'packages_telecare', 'packages_total')
    ] %}
    {%- for part, measure in [('numerator', numerator), ('denominator', denominator)] %}
    select
        '{{ metric_id }}' as metric_id, {{ version }} as definition_version, '{{ part }}' as part, area_code, geographies, period_start,
        period_end, period_type, {{ measure }} as amount, '{{ measure }}' as published_column, {{ status_of_extract() }} as value_status,
        release_id, member, source_row
    from practices_at
    where {{ numerator }} is not null and {{ denominator }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- What an ICS supplies where nothing is published. Rates and shares stand on both parts, what is stated on its value.
supplied as (
    select
        figures.*, metrics.method = 'stated' as is_stated,
        case when left(area_code_published, 3) in ('E06', 'E08', 'E09', 'E10') then 'upper_tier_local_authority'
            when area_code_published like 'Q%' then 'icb' else 'trust' end as geographies
    from {{ ref('stg_lx_31_bcf_indicators') }} as figures
    join {{ source('catalogue', 'metric') }} as metrics
        on metrics.metric_id = figures.metric_id and metrics.definition_version = figures.definition_version
        and metrics.source = 'lx_31_bcf_indicators'
),

supplied_parts as (
    {%- for part, measure, published in [
        ('numerator', 'numerator', 'numerator'), ('denominator', 'denominator', 'denominator'), ('value', 'value_published', 'value'),
        ('lower_95', 'lower_95_published', 'lower_95'), ('upper_95', 'upper_95_published', 'upper_95')
    ] %}
    select *, '{{ part }}' as part, {{ measure }} as amount, '{{ published }}' as published_column
    from supplied
    where {{ measure }} is not null
    {%- if part in ('numerator', 'denominator') %} and case when is_stated then value_published else numerator + denominator end is not null
    {%- else %} and is_stated and value_published is not null
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

given as (
    select
        metric_id, definition_version, part, area_code as area_code_published, geographies, financial_year_start as period_start,
        financial_year_end as period_end, 'financial_year' as period_type, '' as breakdowns, amount, 'value' as published_column,
        value as cell, 'exact' as value_status, 'ascof' as source, release_id, member, source_row
    from outcome_parts
    union all
    select
        'bcf_04', version.definition_version, version.part, area_code, area_type, period_start, period_end, period_type, '',
        -- The days of the month belong to the record that counts in it.
        case when version.part = 'denominator' then day(period_end) else total end, 'total',
        case when version.part = 'numerator' then total end, 'exact', 'dtoc', release_id, member, source_row
    from delay_periods
    join (values (1, 'numerator'), (2, 'numerator'), (2, 'denominator')) as version (definition_version, part)
        on version.definition_version = 1 or period_type = 'month'
    {%- for column in ['nhs', 'social_care', 'nhs_and_social_care', 'unattributed'] %}
    union all
    select
        'bcf_04', 3, 'numerator', area_code, case area_type when 'country' then area_type else 'region ' || area_type end, period_start,
        period_end, period_type, '{{ '' if column == 'unattributed' else 'attributable_to=' ~ column }}', {{ column }},
        '{{ 'total' if column == 'unattributed' else column }}', {{ column }}, 'exact', 'dtoc', release_id, member, source_row
    from delay_periods
    where period_type = 'month' and {{ column }} is not null
    {%- endfor %}
    union all
    select
        'bcf_04', 4, 'numerator', area_code, case area_type when 'country' then area_type else 'region ' || area_type end, month_start,
        last_day(month_start), 'month', {{ breakdowns({'reason': 'reason'}) }}, delayed_days, 'delayed_days', delayed_days, 'exact', 'dtoc',
        release_id, member, source_row
    from delays_by_reason
    where area_code is not null
    union all
    select
        metric_id, definition_version, 'denominator', area_code, geographies, period_start, period_end, period_type, '', amount,
        'population', null, 'exact', 'ons_mye', release_id, member, source_row
    from residents
    union all
    -- The days of a month are columns of one row.
    select
        metric_id, definition_version, part, area_code, area_type, period_start, period_end, 'month', '', sum(amount), 'patients', sum(cell),
        'exact', source, release_id, member, source_row
    from sitrep_parts
    group by all
    -- PCTs, which ended in 2013, and national commissioning are no area.
    union all
    select
        'bcf_10', version.definition_version, 'numerator', case when is_total then {{ country_of('origin') }} else area_code_published end,
        case when is_total then 'country' else 'icb sub_icb_location' end, month_start, last_day(month_start), 'month', '', non_elective,
        'non_elective', non_elective, 'exact', 'mar_admissions', release_id, member, source_row
    from {{ ref('stg_mar_admissions_commissioner') }}
    join releases using (release_id)
    join (values (1), (3)) as version (definition_version) on version.definition_version = 1 or is_total
    where is_total or area_code_published in (select published_code from areas)
    union all
    select
        'bcf_10', 2, 'numerator', area_code, geographies, month_start, last_day(month_start), 'month', '', admissions, 'admissions',
        admissions, 'exact', 'ae', release_id, member, source_row
    from emergencies
    where admissions is not null
    {%- for part, measure, published in [
        ('numerator', 'numerator_published', 'count'), ('denominator', 'denominator_published', 'denominator'),
        ('value', 'value_published', 'value'), ('lower_95', 'lower_95_published', 'lower_95'), ('upper_95', 'upper_95_published', 'upper_95')
    ] %}
    union all
    select
        'bcf_14', 1, '{{ part }}', area_code, geographies, period_start, period_end, period_type, '', {{ measure }}, '{{ published }}',
        {{ measure }}, case when value_note is null then 'exact' else 'estimated' end, 'fingertips', release_id, member, source_row
    from falls
    where {{ measure }} is not null
    {%- endfor %}
    union all
    select
        metric_id, definition_version, part, area_code, geographies, period_start, period_end, period_type, '', amount, published_column,
        amount, value_status, 'lx_15_risk_and_linkage', release_id, member, source_row
    from practice_parts
    union all
    select
        metric_id, definition_version, part, area_code_published, geographies, figure_period_start, figure_period_end, figure_period_type, '',
        amount, published_column, amount, {{ status_of_extract() }}, 'lx_31_bcf_indicators', release_id, member, source_row
    from supplied_parts
)

select {{ columns_given() }}
from given
