-- Grain: one row per person and kind of area (es_22, es_24.v1), member of staff and kind of area (denominator of es_22.v3), mentoring
-- pair and kind of area (es_24.v2), or activity and quintile of deprivation (es_23), metric version and part.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with submitted as (
    select
        *,
        case
            when role_type in ('staff_volunteer', 'mentor', 'school_governor') then 'staff'
            when role_type = 'public_volunteer' then 'public'
            when role_type = 'mentee' then 'mentee'
        end as capacity
    from {{ ref('stg_lx_13_volunteers_mentoring') }}
),

councils as (
    select ancestors.area_code as lad_code, ancestors.ancestor_code, area.area_type, ancestors.span_from, ancestors.span_to
    from {{ ref('int_area_ancestor') }} as ancestors
    join {{ ref('int_area') }} as area
        on area.area_code = ancestors.ancestor_code
        and area.area_type in ('lower_tier_local_authority', 'upper_tier_local_authority')
    where ancestors.area_code in (select lad_code from submitted)
),

-- Each kind of area in which a row counts, so that a person is counted once in each.
in_areas as (
    select *, submitting_org_code as area_code_published, 'trust' as geographies from submitted where submitting_org_code <> icb_code
    union all
    select *, icb_code, 'icb' from submitted
    union all
    select submitted.*, councils.ancestor_code, councils.area_type
    from submitted
    join councils
        on councils.lad_code = submitted.lad_code and submitted.period_end between councils.span_from and councils.span_to
    where submitted.capacity = 'mentee'
),

people as (
    select
        area_code_published, geographies, period_start, period_end, period_type, person_hash, capacity,
        sum(hours) as hours,
        string_agg(distinct role_type, ' ' order by role_type) as role_types,
        string_agg(distinct beneficiary, ' ' order by beneficiary) as beneficiaries,
        {%- for name in characteristics() %}
        arg_min({{ name }}, (start_date, release_id, source_row)) as {{ name }},
        {%- endfor %}
        min({{ status_of_extract() }}) as value_status,
        arg_min(release_id, (start_date, release_id, source_row)) as release_id,
        arg_min(member, (start_date, release_id, source_row)) as member,
        arg_min(source_row, (start_date, release_id, source_row)) as source_row
    from in_areas
    where capacity is not null
    group by area_code_published, geographies, period_start, period_end, period_type, person_hash, capacity
),

volunteers as (
    select *, count(*) over (partition by area_code_published, geographies, period_start, capacity) as volunteers_of_area
    from people
    where capacity <> 'mentee' and hours >= 1
),

-- Staff of the organisations that submit volunteers too, on the last day within the quarter that an extract shows.
quarters as (
    select distinct submitting_org_code, icb_code, period_start, period_end, period_type from submitted
),

staff as (
    select
        quarters.submitting_org_code, quarters.icb_code, quarters.period_start, quarters.period_end, quarters.period_type,
        posts.employee_hash, posts.data_status, posts.release_id, posts.member, posts.source_row
    from {{ ref('stg_lx_01_staff_residence') }} as posts
    join quarters
        on quarters.submitting_org_code = posts.employer_code
        and posts.period_end between quarters.period_start and quarters.period_end
    qualify posts.period_end = max(posts.period_end) over (partition by quarters.submitting_org_code, quarters.period_start)
),

headcount as (
    select
        area_code_published, geographies, period_start, period_end, period_type, employee_hash,
        min({{ status_of_extract() }}) as value_status,
        min(release_id) as release_id,
        arg_min(member, (release_id, source_row)) as member,
        arg_min(source_row, (release_id, source_row)) as source_row
    from (
        select *, submitting_org_code as area_code_published, 'trust' as geographies from staff where submitting_org_code <> icb_code
        union all
        select *, icb_code, 'icb' from staff
    )
    group by area_code_published, geographies, period_start, period_end, period_type, employee_hash
),

with_headcount as (
    select area_code_published, geographies, period_start, person_hash
    from in_areas
    where capacity = 'staff'
      and (submitting_org_code, period_start) in (select (submitting_org_code, period_start) from staff)
    group by area_code_published, geographies, period_start, person_hash
    having sum(hours) >= 1
),

-- Where more volunteer than there are staff, the two extracts are not of the same people, and no share is given.
comparable as (
    select area_code_published, geographies, period_start
    from (select area_code_published, geographies, period_start, count(*) as staff from headcount group by all)
    left join (
        select area_code_published, geographies, period_start, count(*) as staff_who_volunteer from with_headcount group by all
    ) using (area_code_published, geographies, period_start)
    where coalesce(staff_who_volunteer, 0) <= staff
),

pairs as (
    select
        *, coalesce(end_date, period_end) >= (start_date + to_months(3))::date as has_lasted
    from in_areas
    where capacity = 'mentee'
),

of_people as (
    select
        'es_22' as metric_id, case capacity when 'staff' then 1 else 4 end as definition_version, 'numerator' as part,
        area_code_published, geographies, period_start, period_end, period_type,
        case capacity when 'staff' then 'role_type=' || replace(role_types, ' ', ';role_type=') || ';' else '' end
            || {{ by_characteristics() }} as breakdowns,
        1::decimal(18, 4) as amount, 'person_hash' as published_column, null::decimal(18, 4) as cell,
        value_status, 'lx_13_volunteers_mentoring' as source, release_id, member, source_row
    from volunteers
    union all
    -- Of fewer than five the hours are left out: a sum of hours is not small where the people are few.
    select
        'es_22', 2, 'numerator', area_code_published, geographies, period_start, period_end, period_type, '', hours, 'hours', null,
        value_status, 'lx_13_volunteers_mentoring', release_id, member, source_row
    from volunteers
    where capacity = 'staff' and volunteers_of_area >= {{ least_people() }}
    union all
    select
        'es_22', 3, 'numerator', volunteers.area_code_published, volunteers.geographies, volunteers.period_start, volunteers.period_end,
        volunteers.period_type, '', 1, 'person_hash', null, volunteers.value_status,
        'lx_13_volunteers_mentoring', volunteers.release_id, volunteers.member, volunteers.source_row
    from volunteers
    join with_headcount using (area_code_published, geographies, period_start, person_hash)
    semi join comparable using (area_code_published, geographies, period_start)
    where volunteers.capacity = 'staff'
    union all
    select
        'es_22', 3, 'denominator', area_code_published, geographies, period_start, period_end, period_type, '', 1,
        'employee_hash', null, value_status, 'lx_01_staff_residence', release_id, member, source_row
    from headcount
    semi join comparable using (area_code_published, geographies, period_start)
    union all
    select
        'es_24', 1, 'numerator', area_code_published, geographies, period_start, period_end, period_type,
        'beneficiary=' || replace(beneficiaries, ' ', ';beneficiary='), 1, 'person_hash', null, value_status,
        'lx_13_volunteers_mentoring', release_id, member, source_row
    from people
    where capacity = 'mentee'
    union all
    select
        'es_24', 2, way.part, area_code_published, geographies, period_start, period_end, period_type, '',
        case when way.part = 'denominator' or has_lasted then 1 else 0 end, 'start_date', null,
        {{ status_of_extract() }}, 'lx_13_volunteers_mentoring', release_id, member, source_row
    from pairs
    cross join (values ('numerator'), ('denominator')) as way (part)
),

activities as (
    select
        *,
        age_band = 'all' and ethnicity5 = 'all' and imd_quintile = 'all' as is_total,
        age_band = 'all' and ethnicity5 = 'all' and imd_quintile <> 'all' as is_of_quintile,
        -- The Friends and Family Test says nothing of who could have answered.
        case when method <> 'fft' then invited end as invited_known
    from {{ ref('stg_lx_14_engagement') }}
),

totals as (
    select
        *, bool_or(participated is null) over (partition by submitting_org_code, period_start) as some_are_hidden
    from activities
    where is_total
),

-- What the quintiles of an activity make, where they are no more than its total: hidden and untold people are the rest of it.
told as (
    select
        release_id, activity_id, sum(participated) as participated, sum(invited_known) as invited_known,
        sum(participated) filter (invited_known is not null) as participated_of_invited
    from activities
    where is_of_quintile and participated is not null
    group by release_id, activity_id
),

-- Each activity once for each quintile that it tells and once for the rest, so that the parts add up to its total.
in_quintiles as (
    select
        totals.release_id, totals.member, quintiles.source_row, totals.submitting_org_code, totals.period_start, totals.period_end,
        totals.period_type, totals.data_status, totals.method,
        case quintiles.imd_quintile when 'unknown' then 'not told' else quintiles.imd_quintile end as imd_quintile, totals.some_are_hidden,
        quintiles.participated, quintiles.participated as participated_cell,
        case when totals.invited_known is not null then quintiles.invited_known end as invited_known,
        case when totals.invited_known is not null then quintiles.invited_known end as invited_cell,
        case when totals.invited_known is not null and quintiles.invited_known is not null then quintiles.participated end
            as participated_of_invited
    from totals
    join told using (release_id, activity_id)
    join activities as quintiles using (release_id, activity_id)
    where quintiles.is_of_quintile and quintiles.participated is not null and {{ quintiles_fit() }}
    union all
    select
        totals.release_id, totals.member, totals.source_row, totals.submitting_org_code, totals.period_start, totals.period_end,
        totals.period_type, totals.data_status, totals.method, 'not told', totals.some_are_hidden,
        totals.participated - case when {{ quintiles_fit() }} then coalesce(told.participated, 0) else 0 end,
        totals.participated,
        totals.invited_known - case when {{ quintiles_fit() }} then coalesce(told.invited_known, 0) else 0 end,
        totals.invited_known,
        case when totals.invited_known is not null then
            totals.participated - case when {{ quintiles_fit() }} then coalesce(told.participated_of_invited, 0) else 0 end
        end
    from totals
    left join told using (release_id, activity_id)
    where totals.participated is not null
),

ways_of_activities as (
    select *
    from (
        values
            (1, 'numerator', 'participated'),
            (2, 'numerator', 'participated'),
            (2, 'denominator', 'invited')
    ) as ways (definition_version, part, published_column)
),

figures_of_activities as (
    select
        in_quintiles.*,
        ways.*,
        case
            when ways.definition_version = 1 then in_quintiles.participated
            when ways.part = 'numerator' then in_quintiles.participated_of_invited
            else in_quintiles.invited_known
        end::decimal(18, 4) as amount,
        case ways.part when 'numerator' then in_quintiles.participated_cell else in_quintiles.invited_cell end::decimal(18, 4) as cell
    from in_quintiles
    join ways_of_activities as ways on true
),

of_activities as (
    select
        'es_23' as metric_id, definition_version, part, submitting_org_code as area_code_published, null::varchar as geographies,
        period_start, period_end, period_type,
        {{ breakdowns({
            'method': 'method', 'imd_quintile': 'imd_quintile',
            'core20': "case when imd_quintile = '1' then 'yes' when imd_quintile in ('2', '3', '4', '5') then 'no' end"
        }) }} as breakdowns,
        amount, published_column, cell,
        case when data_status = 'actual' and not some_are_hidden then 'exact' else 'estimated' end as value_status,
        'lx_14_engagement' as source, release_id, member, source_row
    from figures_of_activities
    where amount is not null and (amount <> 0 or imd_quintile <> 'not told')
    union all
    select
        'es_23', 3, way.part, submitting_org_code, null, period_start, period_end, period_type, {{ breakdowns({'method': 'method'}) }},
        case when way.part = 'denominator' or changed_decision then 1 else 0 end, 'changed_decision', null,
        {{ status_of_extract() }}, 'lx_14_engagement', release_id, member, source_row
    from totals
    cross join (values ('numerator'), ('denominator')) as way (part)
),

given as (
    select * from of_people
    union all
    select * from of_activities
)

select {{ columns_given() }}
from given
