-- Grain: one row per record of a release, part of a metric of primary care at place (pc_, pl_) and area that it gives to it in.
-- A practice counts to its network, location and ICB by the files of practices; a place holds networks, so what counts to a place
-- stands at the network that the record's own file names (`geographies` keeps the two apart).
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with releases as (
    select release_id, period_start, period_end from {{ source('catalogue', 'release') }}
),

networks as (
    select practice_code, pcn_code, span_from, span_to from {{ ref('int_practice_network') }}
),

of_lists as (
    select
        'pc_01' as metric_id, 2 as definition_version, 'numerator' as part, practice_code as area_code_published,
        null::varchar as geographies, extract_date as period_start, extract_date as period_end, 'snapshot' as period_type,
        '' as breakdowns, 1 as amount, 'practice_code' as published_column, null::decimal(18, 4) as cell, 'exact' as value_status,
        'gp_registered_patients' as source, release_id, member, source_row
    from {{ ref('stg_gp_registered_patients_practice_totals') }}
),

-- Networks that the register says are open at the end of its month: at their location, and at themselves for their place.
of_registers as (
    select
        'pc_04' as metric_id, 2 as definition_version, 'numerator' as part,
        case area.geographies when 'place' then pcn_code else sub_icb_location_code end as area_code_published, area.geographies,
        vintage_start as period_start, last_day(vintage_start) as period_end, 'month' as period_type, '' as breakdowns, 1 as amount,
        'pcn_code' as published_column, null::decimal(18, 4) as cell, 'exact' as value_status, 'ods_epcn' as source,
        release_id, member, source_row
    from {{ ref('stg_ods_epcn_networks') }}
    cross join (values ('sub_icb_location icb nhs_region country'), ('place')) as area (geographies)
    where open_date <= last_day(vintage_start) and coalesce(close_date > last_day(vintage_start), true)
),

-- A practice of several locations is rated once; locations without the code of a practice lie nowhere.
inspected as (
    select
        locations.*, releases.period_end as day, networks.pcn_code, coalesce(locations.overall_rating, 'Unrated') as rating
    from {{ ref('stg_cqc_directory_locations') }} as locations
    join releases using (release_id)
    left join networks
        on networks.practice_code = locations.location_ods_code and releases.period_end between networks.span_from and networks.span_to
    where locations.inspection_category = 'GP Practices' and not locations.dormant
      and regexp_full_match(locations.location_ods_code, '[A-Z][0-9]{5}')
    qualify row_number() over (
        partition by locations.release_id, locations.location_ods_code
        order by locations.overall_rating is null, locations.rating_published desc nulls last, locations.location_id
    ) = 1
),

of_inspections as (
    select
        way.metric_id, way.definition_version, way.part,
        case area.geographies when 'place' then pcn_code else location_ods_code end as area_code_published, area.geographies,
        day as period_start, day as period_end, 'snapshot' as period_type,
        case way.metric_id when 'pc_03' then {{ breakdowns({'cqc_rating': 'rating'}) }} else '' end as breakdowns, 1 as amount,
        'overall_rating' as published_column, null::decimal(18, 4) as cell, 'exact' as value_status, 'cqc_directory' as source,
        release_id, member, source_row
    from inspected
    cross join (
        values ('pc_02', 2, 'numerator', 'good'), ('pc_02', 2, 'denominator', 'all'), ('pc_02', 3, 'numerator', 'good'),
            ('pc_02', 3, 'denominator', 'rated'), ('pc_03', 2, 'numerator', 'all')
    ) as way (metric_id, definition_version, part, counted)
    cross join (values ('practice pcn sub_icb_location icb nhs_region country'), ('place')) as area (geographies)
    where case way.counted
            when 'all' then true
            when 'rated' then overall_rating is not null
            when 'good' then overall_rating in ('Good', 'Outstanding')
        end
      and (area.geographies <> 'place' or pcn_code is not null)
),

-- Which posts each metric counts, as full times (v2, of GPs v2 to v5) and as the numerator of a rate (v3, of GPs v6 to v9).
{{ counted_posts() }},

-- Areas from the posts, estimated ones among them: a sum of practices lies below (rows of `practices` say what is not supplied).
posts as (
    select
        *, {{ gp_in_training('staff_role', 'detailed_staff_role') }} as in_training,
        {{ gp_locum('staff_role', 'detailed_staff_role') }} as is_locum
    from {{ ref('stg_gp_workforce_individuals') }}
),

of_posts as (
    select
        counted.metric_id, case when way.is_rate then counted.of_rate else counted.of_full_times end as definition_version,
        'numerator' as part, posts.area_code_published,
        'sub_icb_location icb nhs_region country' as geographies, posts.census_month as period_start,
        last_day(posts.census_month) as period_end, 'month' as period_type, '' as breakdowns, posts.fte as amount,
        'fte' as published_column, posts.fte as cell,
        case posts.data_source when 'Estimated' then 'estimated' else 'exact' end as value_status, 'gp_workforce' as source,
        posts.release_id, posts.member, posts.source_row
    from posts
    join counted on counted.staff_group in (posts.staff_group, 'all')
    cross join (values (false), (true)) as way (is_rate)
    where (counted.with_trainees or not posts.in_training) and (counted.with_locums or not posts.is_locum)
),

-- Practices from the practice file. What a practice did not supply is null there and gives nothing: it is missing, never 0.
practices as (
    select detailed.*, releases.period_start, releases.period_end
    from {{ ref('stg_gp_workforce_practice_detailed') }} as detailed
    join releases using (release_id)
    where detailed.measure = 'fte' and detailed.gender = 'all' and detailed.age_band = 'all' and detailed.qualified_in = 'all'
      and detailed.role_kind in ('group', 'subset')
),

-- All staff is the sum of four groups, which stand in one record: the row of GPs speaks for them, and a practice that did not supply
-- one of them has no sum.
supplied as (
    select
        counted.metric_id, counted.of_full_times, counted.of_rate, counted.staff_group = 'all' as is_sum, sums.* exclude (value),
        case when counted.staff_group <> 'all' then sums.value when sums.groups_given = 4 then sums.all_staff end as value
    from (
        select
            *,
            sum(value) filter (role_kind = 'group') over of_practice as all_staff,
            count(value) filter (role_kind = 'group') over of_practice as groups_given
        from practices
        window of_practice as (partition by release_id, practice_code)
    ) as sums
    join counted on sums.role = counted.practice_role
),

of_practices as (
    select
        metric_id, case when way.is_rate then of_rate else of_full_times end as definition_version, 'numerator' as part,
        case area.geographies when 'pcn place' then pcn_code else practice_code end as area_code_published, area.geographies, period_start,
        period_end, 'month' as period_type, '' as breakdowns, value as amount, 'value' as published_column,
        case when not is_sum then value end as cell, 'exact' as value_status, 'gp_workforce' as source, release_id, member, source_row
    from supplied
    cross join (values (false), (true)) as way (is_rate)
    cross join (values ('practice'), ('pcn place')) as area (geographies)
    where value is not null
      -- Networks have a rate, over the patients of the practices that supplied; a sum of some practices would pass for the network's.
      and (area.geographies = 'practice' or (way.is_rate and pcn_code like 'U_%'))
),

-- The publisher's own list of each practice: of every practice for areas, of those that supplied for networks and places.
of_lists_of_staff as (
    select
        supplied.metric_id, supplied.of_rate as definition_version, 'denominator' as part,
        case area.geographies when 'practice' then practice_code when 'pcn place' then pcn_code else supplied.area_code_published end
            as area_code_published,
        area.geographies, period_start, period_end, 'month' as period_type, '' as breakdowns, patients as amount,
        'patients' as published_column, patients as cell, 'exact' as value_status, 'gp_workforce' as source, release_id, member, source_row
    from supplied
    cross join (values ('practice'), ('pcn place'), ('sub_icb_location icb nhs_region country')) as area (geographies)
    where patients is not null
      and (value is not null or area.geographies like 'sub_icb_location%')
      and (area.geographies <> 'pcn place' or pcn_code like 'U_%')
),

-- Staff of networks but their directors and managers: the additional roles are among these, and so are posts paid otherwise.
of_networks as (
    select
        'pc_13' as metric_id, 2 as definition_version, 'numerator' as part,
        case area.geographies when 'pcn place' then pcn_code else area_code_published end as area_code_published, area.geographies,
        census_month as period_start, last_day(census_month) as period_end, 'month' as period_type,
        {{ breakdowns({'staff_role': 'staff_role', 'employment': "case when is_person then 'employed' else 'contracted service' end"}) }}
            as breakdowns,
        fte as amount, 'fte' as published_column, fte as cell, 'exact' as value_status, 'pcn_workforce' as source, release_id, member,
        source_row
    from {{ ref('stg_pcn_workforce') }}
    cross join (values ('sub_icb_location icb nhs_region country'), ('pcn place')) as area (geographies)
    where staff_group = 'Other Direct Patient Care staff'
),

-- A service of a place is one pathway; the board has those of all its places.
of_pathways as (
    select
        'pc_26' as metric_id, 1 as definition_version, way.part,
        case area.geographies when 'icb' then icb_code else place_code end as area_code_published, area.geographies,
        period_start, period_end, period_type, {{ breakdowns({'service': 'service'}) }} as breakdowns, 1 as amount,
        'self_referral_open' as published_column, null::decimal(18, 4) as cell, {{ status_of_extract() }} as value_status,
        'lx_21_self_referral' as source, release_id, member, source_row
    from {{ ref('stg_lx_21_self_referral') }}
    cross join (values ('numerator'), ('denominator')) as way (part)
    cross join (values ('icb'), ('place {{ council_types() }}')) as area (geographies)
    where way.part = 'denominator' or self_referral_open
),

-- Each area has what its own rows say: one extract may tell practices and the network they are in. A count that the
-- submitter hid gives nothing and makes the sum an estimate.
of_outcomes as (
    select
        {{ outcome_metric('measure') }} as metric_id, way.definition_version, way.part, area_code as area_code_published,
        {{ own_type_of('area_code') }} as geographies, period_start, period_end, period_type,
        {{ breakdowns({'age_group': "nullif(age_group, 'all')"}) }} as breakdowns,
        case way.counted when 'events' then coalesce(events, 0) when 'people' then coalesce(people, 0) else population end as amount,
        way.counted as published_column,
        case way.counted when 'events' then events when 'people' then people else population end as cell,
        case
            when way.counted = 'events' and events_status <> 'exact' then 'estimated'
            when way.counted = 'people' and people_status <> 'exact' then 'estimated'
            else {{ status_of_extract() }}
        end as value_status,
        'lx_36_neighbourhood_outcomes' as source, release_id, member, source_row
    from {{ ref('stg_lx_36_neighbourhood_outcomes') }}
    cross join (
        values (1, 'numerator', 'events'), (2, 'numerator', 'events'), (2, 'denominator', 'population'), (3, 'numerator', 'people')
    ) as way (definition_version, part, counted)
    where case way.counted when 'people' then people_status else events_status end in ('exact', 'suppressed')
      and (way.definition_version <> 2 or population is not null)
),

given as (
    select * from of_lists
    union all by name
    select * from of_registers
    union all by name
    select * from of_inspections
    union all by name
    select * from of_posts
    union all by name
    select * from of_practices
    union all by name
    select * from of_lists_of_staff
    union all by name
    select * from of_networks
    union all by name
    select * from of_pathways
    union all by name
    select * from of_outcomes
)

select {{ columns_given() }}
from given
