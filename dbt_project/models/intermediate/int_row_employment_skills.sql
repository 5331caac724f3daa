-- Grain: one row per record of a release, part of a metric (es_01 to es_04) and area that the record gives to it in.
-- What people are counted from stands in several areas (the ICB, the employer, the home): `geographies` keeps them apart, and
-- in each of them one record speaks for a person, a household or a start.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with releases as (
    select release_id, origin from {{ source('catalogue', 'release') }}
),

deprivation as (
    select area_code, decile, quintile
    from {{ ref('int_area_deprivation') }}
    where area_type = 'lsoa' and domain = 'imd'
    qualify index_year = max(index_year) over ()
),

area_types as (
    select area_code, area_type from {{ ref('int_area') }} where area_type in ('icb', 'lsoa')
),

-- Small areas that the lookups know, with what the indices say of them.
homes as (
    select area_types.area_code, deprivation.decile, deprivation.quintile
    from area_types
    left join deprivation using (area_code)
    where area_types.area_type = 'lsoa'
),

icb_of_home as (
    select within.area_code, within.ancestor_code as icb_area_code, within.span_from, within.span_to
    from {{ ref('int_area_ancestor') }} as within
    join homes on homes.area_code = within.area_code
    join area_types on area_types.area_code = within.ancestor_code and area_types.area_type = 'icb'
),

-- Trusts and other bodies, as the workforce statistics have them: every area from the publisher's own table of that area, for
-- heads of organisations add up to more than their region's, and full times of regions to less than England's. Only full times
-- of the main staff groups add up to their total (assert_main_staff_groups_add_up).
hospital_staff as (
    select
        case measure when 'fte' then 1 else 2 end as definition_version, organisation_code as area_code_published,
        'trust' as geographies, month_start, month_end, staff_group, is_total, measure, value, release_id, member, source_row
    from {{ ref('stg_hchs_workforce_monthly_organisations') }}
    union all
    select 1, icb_code, 'icb', month_start, month_end, staff_group, is_total, measure, value, release_id, member, source_row
    from {{ ref('stg_hchs_workforce_monthly_organisations') }}
    where measure = 'fte' and icb_code is not null
    union all
    select 2, icb_code, 'icb', month_start, month_end, staff_group, is_total, measure, value, release_id, member, source_row
    from {{ ref('stg_hchs_workforce_monthly_systems') }}
    where measure = 'headcount'
    union all
    select
        case measure when 'fte' then 1 else 2 end, case when is_england then {{ country_of('releases.origin') }} else region_code end,
        case when is_england then 'country' else 'nhs_region' end, month_start, month_end, staff_group, is_total, measure, value,
        release_id, member, source_row
    from {{ ref('stg_hchs_workforce_monthly_regions') }}
    join releases using (release_id)
),

of_hospitals as (
    select
        'es_01' as metric_id, definition_version, 'numerator' as part, area_code_published, geographies, month_start as period_start,
        month_end as period_end, 'month' as period_type,
        case measure when 'fte' then {{ breakdowns({'staff_group': 'staff_group'}) }} else '' end as breakdowns,
        value as amount, 'value' as published_column, value as cell, 'exact' as value_status,
        'hchs_workforce_monthly' as source, release_id, member, source_row
    from hospital_staff
    where case measure when 'fte' then staff_group in ({{ main_staff_groups() }}) else is_total end
),

-- The same staff in the files by nationality: full times of every organisation, heads of England in its total row.
of_nationality_files as (
    select
        'es_01' as metric_id, 3 as definition_version, 'numerator' as part,
        case area.geographies when 'trust' then organisation_code else {{ country_of('releases.origin') }} end as area_code_published,
        area.geographies, month_start as period_start, last_day(month_start) as period_end, 'month' as period_type,
        {{ breakdowns({'staff_group': 'staff_group'}) }} as breakdowns, fte as amount, 'fte' as published_column, fte as cell,
        'exact' as value_status, 'hchs_workforce' as source, release_id, member, source_row
    from {{ ref('stg_hchs_workforce_organisation_fte') }}
    join releases using (release_id)
    cross join (values ('trust'), ('country')) as area (geographies)
    union all
    select
        'es_01', 4, 'numerator', {{ country_of('releases.origin') }}, 'country', month_start, last_day(month_start), 'month', '', headcount,
        'headcount', headcount, 'exact', 'hchs_workforce', release_id, member, source_row
    from {{ ref('stg_hchs_workforce_nationality_headcount') }}
    join releases using (release_id)
    where is_england and is_group_total and nationality_group = 'All nationalities'
),

-- Staff of practices post by post: what practices did not give is estimated for their area there, and nowhere else.
of_practices as (
    select
        'es_01' as metric_id, 5 as definition_version, 'numerator' as part, area_code_published, null::varchar as geographies,
        census_month as period_start, last_day(census_month) as period_end, 'month' as period_type,
        {{ breakdowns({'staff_group': 'staff_group'}) }} as breakdowns, fte as amount, 'fte' as published_column, fte as cell,
        case data_source when 'Estimated' then 'estimated' else 'exact' end as value_status, 'gp_workforce' as source,
        release_id, member, source_row
    from {{ ref('stg_gp_workforce_individuals') }}
),

-- The publisher counts services that a network buys with its staff; the group `employment` tells them apart. A network may have
-- practices of two locations: it is part of neither.
of_networks as (
    select
        'es_01' as metric_id, 6 as definition_version, 'numerator' as part,
        case area.geographies when 'place pcn' then pcn_code else area_code_published end as area_code_published, area.geographies,
        census_month as period_start, last_day(census_month) as period_end, 'month' as period_type,
        {{ breakdowns({
            'staff_group': 'staff_group', 'employment': "case when is_person then 'employed' else 'contracted service' end"
        }) }} as breakdowns,
        fte as amount, 'fte' as published_column, fte as cell, 'exact' as value_status, 'pcn_workforce' as source, release_id, member, source_row
    from {{ ref('stg_pcn_workforce') }}
    cross join (values ('sub_icb_location icb nhs_region country'), ('place pcn')) as area (geographies)
),

posts as (
    select
        staff.*, home.decile, home.quintile, coalesce(staff.postcode_valid and home.area_code is not null, false) as home_is_known,
        coalesce(staff.postcode_valid and icb_of_home.area_code is not null, false) as lives_in_icb
    from {{ ref('stg_lx_01_staff_residence') }} as staff
    left join homes as home on home.area_code = staff.home_lsoa_code
    left join {{ ref('int_area_canonical') }} as board
        on board.published_code = staff.icb_code and staff.period_end between board.span_from and board.span_to
    left join icb_of_home
        on icb_of_home.area_code = staff.home_lsoa_code
        and icb_of_home.icb_area_code = board.canonical_code
        and staff.period_end between icb_of_home.span_from and icb_of_home.span_to
),

-- The post with the most hours speaks for who has several; codes and places of rows decide between equal ones.
{% set order_of_posts = 'fte desc, employer_code, staff_group, contract, release_id, member, source_row' -%}
people as (
    select icb_code as area_code_published, 'icb' as geographies, *
    from posts
    qualify row_number() over (partition by period_end, icb_code, employee_hash order by {{ order_of_posts }}) = 1
    union all
    select employer_code, 'trust', *
    from posts
    qualify row_number() over (partition by period_end, employer_code, employee_hash order by {{ order_of_posts }}) = 1
    union all
    select home_lsoa_code, '{{ council_types() }}', *
    from posts
    where lives_in_icb
    qualify row_number() over (partition by period_end, employee_hash order by {{ order_of_posts }}) = 1
    union all
    -- Wards and small areas are too small for groups.
    select home_lsoa_code, 'place ward lsoa', *
    from posts
    where lives_in_icb
    qualify row_number() over (partition by period_end, employee_hash order by {{ order_of_posts }}) = 1
),

of_people as (
    select
        way.metric_id, way.definition_version, way.part, home.area_code_published, home.geographies, home.period_start, home.period_end,
        home.period_type,
        case
            when home.geographies = 'place ward lsoa' then ''
            when way.metric_id = 'es_01' then {{ of_home({'staff_group': 'home.staff_group', 'age_band': 'home.age_band'}) }}
            when way.definition_version = 1 then {{ of_home({'staff_group': 'home.staff_group'}) }}
            else {{ breakdowns({'staff_group': 'home.staff_group'}) }}
        end as breakdowns,
        1 as amount, 'employee_hash' as published_column, null::decimal(18, 4) as cell, {{ status_of_extract() }} as value_status,
        'lx_01_staff_residence' as source, home.release_id, home.member, home.source_row
    from people as home
    cross join (
        values ('es_01', 7, 'numerator', 'all'), ('es_02', 1, 'numerator', 'local'), ('es_02', 2, 'numerator', 'local'),
            ('es_02', 2, 'denominator', 'of known home'), ('es_02', 3, 'numerator', 'local and deprived'),
            ('es_02', 3, 'denominator', 'of known decile')
    ) as way (metric_id, definition_version, part, counted)
    where case way.counted
            when 'all' then true
            when 'local' then home.lives_in_icb
            when 'of known home' then home.home_is_known
            when 'local and deprived' then home.lives_in_icb and home.decile <= 2
            when 'of known decile' then home.home_is_known and home.decile is not null
        end
      and (home.geographies in ('icb', 'trust') or (way.metric_id = 'es_02' and way.definition_version = 1))
),

households as (
    select icb_code as area_code_published, 'icb' as geographies, *
    from posts
    where lives_in_icb and uprn_hash is not null
    qualify row_number() over (partition by period_end, icb_code, uprn_hash order by employee_hash, {{ order_of_posts }}) = 1
    union all
    select home_lsoa_code, '{{ council_types() }}', *
    from posts
    where lives_in_icb and uprn_hash is not null
    qualify row_number() over (partition by period_end, uprn_hash order by employee_hash, {{ order_of_posts }}) = 1
),

of_households as (
    select
        'es_03' as metric_id, 1 as definition_version, 'numerator' as part, home.area_code_published, home.geographies,
        home.period_start, home.period_end, home.period_type, {{ of_home({}) }} as breakdowns, 1 as amount,
        'uprn_hash' as published_column, null::decimal(18, 4) as cell, {{ status_of_extract() }} as value_status,
        'lx_01_staff_residence' as source, home.release_id, home.member, home.source_row
    from households as home
),

-- A start that two bodies report is one.
starts as (
    select
        begun.*, home.decile, home.quintile, begun.age_at_start between 16 and 24 as is_young, begun.end_date is not null as has_ended
    from {{ ref('stg_lx_02_apprenticeships') }} as begun
    left join homes as home on home.area_code = begun.home_lsoa_code
    qualify row_number() over (
        partition by begun.period_end, begun.start_hash order by begun.release_id, begun.member, begun.source_row
    ) = 1
),

of_starts as (
    select
        'es_04' as metric_id, way.definition_version, way.part,
        case area.geographies when 'icb' then home.icb_code when 'trust' then home.employer_code else home.home_lsoa_code end
            as area_code_published,
        area.geographies, home.period_start, home.period_end, home.period_type,
        {{ of_home({'scheme': 'home.scheme'}) }} as breakdowns, 1 as amount, 'start_hash' as published_column, null::decimal(18, 4) as cell, {{ status_of_extract() }} as value_status,
        'lx_02_apprenticeships' as source, home.release_id, home.member, home.source_row
    from starts as home
    cross join (
        values (1, 'numerator', 'young'), (2, 'numerator', 'young'), (2, 'denominator', 'all'), (3, 'numerator', 'young and kept'),
            (3, 'denominator', 'young and over')
    ) as way (definition_version, part, counted)
    cross join (values ('icb'), ('trust'), ('{{ council_types() }}')) as area (geographies)
    where case way.counted
            when 'all' then true
            when 'young' then home.is_young
            when 'young and kept' then home.is_young and home.has_ended and home.outcome = 'employed_here'
            when 'young and over' then home.is_young and home.has_ended
        end
      and (area.geographies in ('icb', 'trust') or home.home_lsoa_code is not null)
),

regions as (
    select lower(area_name) as region_name, area_code from {{ ref('int_area') }} where area_type = 'region'
),

-- England is every start that the department counts, a ninetieth of them by learners from outside or of unknown home: these
-- give to the country alone. A year that is told in part would pass for a year.
of_providers as (
    select
        'es_04' as metric_id, way.definition_version, way.part,
        coalesce(regions.area_code, {{ country_of('releases.origin') }}) as area_code_published, null::varchar as geographies,
        begun.period_start, begun.year_end as period_end, 'academic_year' as period_type,
        case way.definition_version when 4 then {{ breakdowns({'age_group': 'begun.age_group', 'level': 'begun.level'}) }}
            else {{ breakdowns({'level': 'begun.level'}) }} end as breakdowns,
        begun.starts as amount, 'starts' as published_column, begun.starts as cell, 'exact' as value_status,
        'dfe_apprenticeships' as source, begun.release_id, begun.member, begun.source_row
    from {{ ref('stg_dfe_apprenticeships_regions') }} as begun
    join releases using (release_id)
    left join regions on regions.region_name = lower(begun.home_region)
    cross join (values (4, 'numerator'), (5, 'numerator'), (5, 'denominator')) as way (definition_version, part)
    where not begun.is_part_year and begun.starts > 0
      and (way.part = 'denominator' or begun.age_group in ('Under 19', '19-24'))
),

given as (
    select * from of_hospitals
    union all by name
    select * from of_nationality_files
    union all by name
    select * from of_practices
    union all by name
    select * from of_networks
    union all by name
    select * from of_people
    union all by name
    select * from of_households
    union all by name
    select * from of_starts
    union all by name
    select * from of_providers
)

select {{ columns_given() }}
from given
