-- Grain: one row per record of a release (release_id, member, source_row), part of a metric of reviews, registers and the way into the
-- community that it gives to, area (a register counts to its ICB and its council) and period (a month, and the quarter it is in).
-- A record of a person gives to the sums and is listed nowhere. People are linked by their pseudonym alone, which bears its domain and key.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
{#- How long before an admission a review in the community still is one before it; no policy says. #}
{%- set before_admission = 28 %}
{#- How long a next step is waited for, in days: a quarter, and four weeks for a package after discharge. #}
{%- set waited = 91 %}
{%- set waited_for_package = 28 %}
{%- set of_review = {'commissioner': 'commissioner_code', 'review_type': 'review_type', 'age_group': 'age_group'} %}
{%- set of_action = {'owner': 'owner', 'commissioner': 'commissioner_code'} %}
{%- set of_person = {
    'risk': 'risk', 'cohort': 'cohort', 'age_group': 'age_group', 'complexity': 'complexity',
    'imd_quintile': 'ceil(decile / 2)::integer', 'core20': core20('decile'),
} %}
{%- set of_spell = {'admission_method': 'admission_method', 'age_group': 'age_group', 'complexity': 'complexity'} %}
{%- set of_need = {'age_group': 'age_group', 'complexity': 'complexity'} %}
{%- set of_counts = {'risk': 'risk', 'age_group': 'age_group', 'cohort': 'cohort'} %}
with deprivation as (
    select area_code as lsoa_code, decile
    from {{ ref('int_area_deprivation') }}
    where area_type = 'lsoa' and domain = 'imd'
    qualify row_number() over (partition by area_code order by index_year desc, release_id desc) = 1
),

-- Reviews and their actions (LX-17).
reviews as (
    select
        release_id, member, source_row, icb_code, icb_code as area_code_published, null::varchar as geographies,
        period_start as month_start, person, age_group, replace(ctr_type, 'cetr_', '') as review_type, review_status, ctr_date, due_date,
        ward_security, safe, current_care, plan_in_place, needs_hospital, outcome_code, decision, ebe_present, family_present,
        commissioner_code, {{ status_of_extract() }} as value_status, 'lx_17_ctr' as source
    from {{ ref('stg_lx_17_ctr_reviews') }}
),

review_periods as (
    {{ months_and_quarters(ref('stg_lx_17_ctr_reviews')) }}
),

-- Months without a gap: between them a review that is not there was not held.
review_runs as (
    select icb_code, min(month_start) as run_from, last_day(max(month_start)) as run_to
    from (
        select
            icb_code, month_start,
            month_start - to_months(row_number() over (partition by icb_code order by month_start)::integer) as run
        from review_periods
        where period_type = 'month'
    ) as months
    group by icb_code, run
),

reviews_in as (
    select reviews.*, review_periods.period_start, review_periods.period_end, review_periods.period_type
    from reviews
    join review_periods using (icb_code, month_start)
),

actions_in as (
    select
        actions.release_id, actions.member, actions.source_row, actions.icb_code as area_code_published, null::varchar as geographies,
        review_periods.period_start, review_periods.period_end, review_periods.period_type, actions.owner, actions.ctr_date,
        actions.due_date, actions.done_date, actions.supplied_at, agreed_at.commissioner_code,
        {{ status_of_extract() }} as value_status, 'lx_17_ctr' as source
    from {{ ref('stg_lx_17_ctr_actions') }} as actions
    join review_periods on review_periods.icb_code = actions.icb_code and review_periods.month_start = actions.period_start
    left join (
        select person, ctr_date, min(commissioner_code) as commissioner_code from reviews where review_status = 'held' group by all
    ) as agreed_at
        on agreed_at.person = actions.person and agreed_at.ctr_date = actions.ctr_date
),

-- People on registers, month by month (LX-22).
people as (
    select
        registered.release_id, registered.member, registered.source_row, registered.icb_code,
        registered.icb_code as area_code_published, null::varchar as geographies, registered.period_start, registered.period_end,
        registered.person, registered.age_band, {{ age_group_of('registered.age_band') }} as age_group, registered.sex,
        registered.cohort, registered.risk, registered.in_hospital = 'yes' or coalesce(registered.risk = 'blue', false) as is_in_hospital,
        registered.register in ('dsr', 'both') as is_on_register, registered.complexity, registered.housing_need, registered.turns_18,
        deprivation.decile, {{ status_of_extract() }} as value_status, 'lx_22_register_person' as source
    from {{ ref('stg_lx_22_register_person') }} as registered
    left join deprivation using (lsoa_code)
),

-- A quarter stands as its last month does.
register_in as (
    select *, 'month' as period_type from people where is_on_register
    union all
    select * replace (date_trunc('quarter', period_start)::date as period_start), 'quarter' as period_type
    from people
    where is_on_register and month(period_start) % 3 = 0
),

moved as (
    select
        now.*, earlier.risk as risk_before, {{ level_of('now.risk') }} as level, {{ level_of('earlier.risk') }} as level_before,
        earlier.risk || ' to ' || now.risk as movement
    from register_in as now
    join people as earlier
        on earlier.person = now.person
        and earlier.icb_code = now.icb_code
        and earlier.period_end = now.period_start - 1
    where earlier.is_on_register and earlier.risk is not null and now.risk is not null
),

-- Quarters that a register begins or ends.
pathway_quarters as (
    select distinct
        icb_code, (date_trunc('quarter', period_start) + to_months(ahead))::date as period_start,
        last_day((date_trunc('quarter', period_start) + to_months(ahead + 2))::date) as period_end, 'quarter' as period_type
    from people
    cross join (values (0), (3)) as quarter (ahead)
    where month(period_start) % 3 = 0
),

-- Spells in units for mental health or learning disability (LX-24), with what the register says of the person in the month of the
-- admission, else in the month next to it.
spells as (
    select
        spell.release_id, spell.member, spell.source_row, spell.icb_code, spell.icb_code as area_code_published,
        null::varchar as geographies, spell.person, spell.provider_code, spell.admission_date, spell.discharge_date,
        spell.admission_method, spell.cost_gbp, spell.period_end as told_to, people.age_group, people.complexity,
        case spell.data_status when 'actual' then 'exact' else 'estimated' end as value_status, 'lx_24_hospital_spell' as source
    from {{ ref('stg_lx_24_hospital_spell') }} as spell
    left join people on people.person = spell.person
    where spell.unit_type in ('ld_autism', 'mental_health')
    qualify row_number() over (
        partition by spell.person, spell.admission_date, spell.provider_code
        order by
            people.period_start > spell.admission_date, abs(datediff('day', people.period_start, spell.admission_date)),
            people.release_id, people.source_row
    ) = 1
),

spell_reviews as (
    select
        spells.person, spells.admission_date, spells.provider_code,
        bool_or(
            reviews.review_type = 'community_preadmission'
            and reviews.ctr_date between spells.admission_date - {{ before_admission }} and spells.admission_date
        ) as had_review_before,
        bool_or(
            reviews.review_type = 'laep'
            and reviews.ctr_date between spells.admission_date - {{ before_admission }} and spells.admission_date
        ) as had_protocol,
        min(reviews.ctr_date) filter (reviews.review_type = 'post_admission' and reviews.ctr_date >= spells.admission_date) as post_admission_on,
        min(reviews.ctr_date) filter (
            reviews.review_type in ('post_admission', 'inpatient') and reviews.ctr_date >= spells.admission_date
        ) as reviewed_on,
        min(reviews.ctr_date) filter (
            reviews.review_type in ('post_admission', 'inpatient') and reviews.decision = 'ready'
            and reviews.ctr_date >= spells.admission_date
        ) as ready_on
    from spells
    join reviews
        on reviews.person = spells.person
        and reviews.review_status = 'held'
        and reviews.ctr_date between spells.admission_date - {{ before_admission }} and coalesce(spells.discharge_date, spells.told_to)
    group by all
),

reviewed_spells as (
    select
        spells.*, coalesce(spell_reviews.had_review_before, false) as had_review_before,
        coalesce(spell_reviews.had_protocol, false) as had_protocol, spell_reviews.post_admission_on, spell_reviews.reviewed_on,
        spell_reviews.ready_on, (spells.admission_date + review_timing.days)::date as post_admission_due,
        least(spells.told_to, review_runs.run_to) as followed_to,
        (
            select max(registers.period_end)
            from (select distinct icb_code, period_end from people) as registers
            where registers.icb_code = spells.icb_code
              and registers.period_end between spells.admission_date - {{ waited + 1 }} and spells.admission_date - 1
        ) as register_day
    from spells
    left join spell_reviews
        on spell_reviews.person = spells.person
        and spell_reviews.admission_date = spells.admission_date
        and spell_reviews.provider_code = spells.provider_code
    left join {{ ref('review_timing') }} as review_timing
        on review_timing.review_type = 'post_admission' and review_timing.age_group = spells.age_group
    left join review_runs
        on review_runs.icb_code = spells.icb_code and spells.admission_date between review_runs.run_from and review_runs.run_to
),

admissions_in as (
    select reviewed.*, periods.period_start, periods.period_end, periods.period_type, on_register.person is not null as was_on_register
    from reviewed_spells as reviewed
    join review_periods as periods
        on periods.icb_code = reviewed.icb_code
        and periods.month_start = date_trunc('month', reviewed.admission_date)
        and periods.period_end <= reviewed.told_to
    left join people as on_register
        on on_register.person = reviewed.person
        and on_register.icb_code = reviewed.icb_code
        and on_register.period_end = reviewed.register_day
        and on_register.is_on_register
    where reviewed.admission_method <> 'transfer'
),

ready_in as (
    select reviewed.*, periods.period_start, periods.period_end, periods.period_type
    from reviewed_spells as reviewed
    join review_periods as periods
        on periods.icb_code = reviewed.icb_code and periods.month_start = date_trunc('month', reviewed.ready_on)
    where reviewed.ready_on + {{ waited }} <= reviewed.told_to
),

-- Who was in hospital at the end of a period, and by when the next review was due: counted from the newest review of the spell, else
-- from the admission. Of a spell older than the extracts held, whose reviews may stand in others, nothing is said before one is seen.
inpatients_in as (
    select
        spells.*, periods.period_start, periods.period_end, periods.period_type, runs.run_from, max(reviews.ctr_date) as last_review_on,
        arg_max(reviews.age_group, (reviews.ctr_date, reviews.release_id, reviews.source_row)) as age_group_reviewed,
        arg_max(
            case when reviews.ward_security in ('low', 'medium', 'high') then 'secure' else 'non_secure' end,
            (reviews.ctr_date, reviews.release_id, reviews.source_row)
        ) as security
    from spells
    join (select distinct icb_code, period_start, period_end, period_type from review_periods) as periods
        on periods.icb_code = spells.icb_code
        and spells.admission_date <= periods.period_end
        and coalesce(spells.discharge_date, periods.period_end + 1) > periods.period_end
        and periods.period_end <= spells.told_to
    join review_runs as runs on runs.icb_code = periods.icb_code and periods.period_end between runs.run_from and runs.run_to
    left join reviews
        on reviews.person = spells.person
        and reviews.review_status = 'held'
        and reviews.review_type in ('post_admission', 'inpatient')
        and reviews.ctr_date between greatest(spells.admission_date, runs.run_from) and periods.period_end
    group by all
),

inpatients_due as (
    select
        inpatients.* exclude (age_group), coalesce(inpatients.age_group_reviewed, inpatients.age_group) as age_group,
        case
            when inpatients.last_review_on is not null then (inpatients.last_review_on + to_months(timing.months))::date
            else (inpatients.admission_date + timing.days)::date
        end as next_due
    from inpatients_in as inpatients
    join {{ ref('review_timing') }} as timing
        on timing.age_group = coalesce(inpatients.age_group_reviewed, inpatients.age_group)
        and timing.review_type = case when inpatients.last_review_on is null then 'post_admission' else 'inpatient' end
        and timing.security in ('any', inpatients.security)
    where inpatients.last_review_on is not null or inpatients.admission_date >= inpatients.run_from
),

-- Packages of care in the community (LX-23), on the last day of a quarter.
packages_in as (
    select
        packages.release_id, packages.member, packages.source_row, packages.icb_code as area_code_published,
        null::varchar as geographies, quarters.period_start, quarters.period_end, quarters.period_type, packages.person,
        packages.weekly_cost_gbp, packages.family_support_hours, living_wage.gbp_per_hour,
        {{ status_of_extract() }} as value_status, 'lx_23_care_package' as source,
        row_number() over (
            partition by packages.person, quarters.period_end
            order by packages.package_start, packages.package_type, packages.payer, packages.release_id, packages.source_row
        ) = 1 as is_first_of_person,
        max(packages.family_support_hours) over (partition by packages.person, quarters.period_end) is not null as was_asked
    from {{ ref('stg_lx_23_care_package') }} as packages
    join pathway_quarters as quarters
        on quarters.icb_code = packages.icb_code
        and packages.package_start <= quarters.period_end
        and coalesce(packages.package_end, quarters.period_end) >= quarters.period_end
        and packages.period_end >= quarters.period_end
    left join {{ ref('living_wage') }} as living_wage on quarters.period_end between living_wage.rate_from and living_wage.rate_to
),

-- What the newest register up to the end of a quarter says of a person.
needs as (
    select
        people.person, quarters.period_end,
        arg_max(people.complexity, (people.period_start, people.release_id, people.source_row)) as complexity,
        arg_max(people.age_group, (people.period_start, people.release_id, people.source_row)) as age_group
    from people
    join pathway_quarters as quarters on quarters.icb_code = people.icb_code and people.period_start <= quarters.period_end
    group by all
),

packages_of_people as (
    select packages_in.*, needs.complexity, needs.age_group
    from packages_in
    left join needs on needs.person = packages_in.person and needs.period_end = packages_in.period_end
),

-- One spell a person and quarter: the newest. Who is still in hospital is so to the end of what the extract tells.
weeks_in_hospital as (
    select
        spells.* exclude (age_group, complexity), needs.complexity, needs.age_group, quarters.period_start, quarters.period_end,
        quarters.period_type, coalesce(spells.discharge_date, spells.told_to + 1) - spells.admission_date as nights
    from spells
    join pathway_quarters as quarters
        on quarters.icb_code = spells.icb_code
        and spells.admission_date <= quarters.period_end
        and coalesce(spells.discharge_date, spells.told_to + 1) > quarters.period_start
        and quarters.period_end <= spells.told_to
    left join needs on needs.person = spells.person and needs.period_end = quarters.period_end
    where spells.cost_gbp is not null and coalesce(spells.discharge_date, spells.told_to + 1) > spells.admission_date
    qualify row_number() over (
        partition by spells.person, quarters.period_end order by spells.admission_date desc, spells.provider_code
    ) = 1
),

-- Who left hospital, and not for another: with the first day on which a package was open from then on.
discharges as (
    select
        spells.*,
        (
            select max(packages.period_end) from {{ ref('stg_lx_23_care_package') }} as packages where packages.icb_code = spells.icb_code
        ) as packages_to,
        (
            select min(greatest(packages.package_start, spells.discharge_date))
            from {{ ref('stg_lx_23_care_package') }} as packages
            where packages.person = spells.person and coalesce(packages.package_end, spells.discharge_date) >= spells.discharge_date
        ) as package_on
    from spells
    where spells.discharge_date is not null
      and not exists (
          select 1 from spells as later
          where later.person = spells.person
            and later.admission_date between spells.discharge_date and spells.discharge_date + 1
            and (later.admission_date > spells.admission_date or later.provider_code <> spells.provider_code)
      )
),

discharges_in as (
    select
        discharges.*, quarters.period_start, quarters.period_end, quarters.period_type,
        coalesce(discharges.package_on <= discharges.discharge_date + {{ waited_for_package }}, false) as has_package,
        discharges.discharge_date + {{ waited_for_package }} <= discharges.packages_to as is_followed
    from discharges
    join pathway_quarters as quarters
        on quarters.icb_code = discharges.icb_code
        and discharges.discharge_date between quarters.period_start and quarters.period_end
        and quarters.period_end <= discharges.told_to
),

-- Who stood on the register, at home, when a quarter began, and whether they were admitted in it.
at_home_in as (
    select
        people.* exclude (period_start, period_end), (people.period_end + 1)::date as period_start,
        last_day((people.period_start + to_months(3))::date) as period_end, 'quarter' as period_type,
        exists (
            select 1 from spells
            where spells.person = people.person
              and spells.admission_method <> 'transfer'
              and spells.admission_date between people.period_end + 1 and last_day((people.period_start + to_months(3))::date)
        ) as was_admitted
    from people
    where is_on_register and not is_in_hospital and month(people.period_start) % 3 = 0
      and last_day((people.period_start + to_months(3))::date) <= (
          select max(spells.told_to) from spells where spells.icb_code = people.icb_code
      )
),

-- The register as counts (LX-18), each at its ICB and its council.
counts_at as (
    {{ at_icb_and_council(ref('stg_lx_18_dynamic_support_register')) }}
),

counts_of_months as (
    select *, 'lx_18_dynamic_support_register' as source from counts_at
),

count_periods as (
    {{ months_and_quarters(ref('stg_lx_18_dynamic_support_register')) }}
),

flows_in as (
    select
        counts.* exclude (period_start, period_end, period_type), periods.period_start, periods.period_end, periods.period_type
    from counts_of_months as counts
    join count_periods as periods on periods.icb_code = counts.icb_code and periods.month_start = counts.period_start
),

-- A month with the month before it, told of on its days: who was there and who came are who is there and who left.
months_after as (
    select * from counts_of_months
    where (icb_code, period_start - 1) in (select icb_code, period_end::date from counts_of_months)
),

months_before as (
    select * replace ((period_end + 1)::date as period_start, last_day((period_end + 1)::date) as period_end)
    from counts_of_months
    where (icb_code, (period_end + 1)::date) in (select icb_code, period_start from counts_of_months)
),

-- Residents of the councils with a register, at the newest mid-year of the two years before.
residents as (
    select
        councils.area_code_published, 'upper_tier_local_authority' as geographies, councils.period_start, councils.period_end,
        councils.period_type, case when population.age < 18 then 'u18' when population.age < 26 then '18-25' else '26+' end as age_group,
        sum(population.population) as residents, 'exact' as value_status, 'ons_mye' as source, population.release_id, population.member,
        population.source_row
    from (
        select distinct area_code_published, period_start, period_end, period_type
        from counts_of_months
        where geographies = 'upper_tier_local_authority'
    ) as councils
    join {{ ref('int_area_population') }} as population
        on population.area_code = councils.area_code_published
        and population.reference_date between councils.period_end - 731 and councils.period_end
    where population.sex in ('females', 'males')
      and population.reference_date = (
          select max(newest.reference_date) from {{ ref('int_area_population') }} as newest where newest.reference_date <= councils.period_end
      )
    group by all
),

-- The programme's figures (LX-19). Of the whole ICS its own figure speaks; where there is none, the sum of its authorities.
programme_in as (
    select
        *, icb_code as area_code_published, 'icb' as geographies, 'lx_19_brs_programme' as source,
        {{ status_of(['value']) }} as value_status_given
    from {{ ref('stg_lx_19_brs_programme') }}
    where utla_code is null
       or (icb_code, period_start, measure) not in (
           select icb_code, period_start, measure from {{ ref('stg_lx_19_brs_programme') }} where utla_code is null
       )
    union all by name
    select
        *, utla_code as area_code_published, 'upper_tier_local_authority' as geographies, 'lx_19_brs_programme' as source,
        {{ status_of(['value']) }} as value_status_given
    from {{ ref('stg_lx_19_brs_programme') }}
    where utla_code is not null
),

programme_parts as (
    select version.metric_id, version.definition_version, version.part, programme_in.*
    from programme_in
    join (
        values
            ('brs_27', 1, 'numerator', 'phb'), ('brs_27', 2, 'numerator', 'isf'),
            ('brs_27', 3, 'numerator', 'phb'), ('brs_27', 3, 'denominator', 'cohort_people'),
            ('brs_27', 4, 'numerator', 'isf'), ('brs_27', 4, 'denominator', 'cohort_people'),
            ('brs_28', 1, 'numerator', 'fta_gbp'), ('brs_28', 1, 'denominator', 'fta_people'),
            ('brs_28', 2, 'numerator', 'dowry_gbp'), ('brs_28', 2, 'denominator', 'dowry_people'),
            ('brs_28', 3, 'numerator', 'fta_gbp'), ('brs_28', 3, 'denominator', 'fta_people'),
            ('brs_28', 4, 'numerator', 'dowry_gbp'), ('brs_28', 4, 'denominator', 'dowry_people'),
            ('brs_29', 1, 'numerator', 'pooled_gbp'),
            ('brs_29', 2, 'numerator', 'pooled_gbp'), ('brs_29', 2, 'denominator', 'brs_spend_gbp'),
            ('brs_30', 1, 'numerator', 'dwellings'), ('brs_30', 2, 'numerator', 'capital_gbp'),
            ('brs_30', 3, 'numerator', 'dwellings_planned'), ('brs_32', 1, 'numerator', 'ebe_paid'),
            ('brs_32', 2, 'numerator', 'ebe_board_places'), ('brs_32', 3, 'numerator', 'self_advocacy_contracts'),
            ('brs_34', 1, 'numerator', 'crisis_places'), ('brs_34', 2, 'numerator', 'crisis_episodes'),
            ('brs_34', 3, 'numerator', 'admissions_avoided'), ('brs_34', 4, 'numerator', 'ist_fte'),
            ('brs_48', 3, 'numerator', 'dwellings_planned'), ('brs_54', 1, 'numerator', 'fta_gbp'), ('brs_54', 1, 'numerator', 'dowry_gbp')
    ) as version (metric_id, definition_version, part, measure)
        on version.measure = programme_in.measure
),

given as (
    {%- set is_held = "review_status = 'held'" %}
    {{ given_by_rules('reviews_in', [
        {'metric': 'brs_13', 'version': 3, 'by': of_review, 'column': 'review_status', 'numerator': '1',
         'where': is_held ~ " and review_type = 'community_preadmission'"},
        {'metric': 'brs_15', 'version': 2, 'by': of_review, 'column': 'ctr_date', 'of': 'due_date',
         'numerator': "(" ~ is_held ~ " and ctr_date <= due_date)::integer", 'denominator': '1',
         'where': is_held ~ " or (review_status = 'postponed' and due_date <= last_day(month_start))"},
        {'metric': 'brs_16', 'version': 1, 'by': of_review, 'column': 'safe', 'numerator': "(safe = 'yes')::integer", 'denominator': '1',
         'where': is_held},
        {'metric': 'brs_16', 'version': 2, 'by': of_review, 'column': 'current_care', 'numerator': "(current_care = 'yes')::integer",
         'denominator': '1', 'where': is_held},
        {'metric': 'brs_16', 'version': 3, 'by': of_review, 'column': 'plan_in_place', 'numerator': "(plan_in_place = 'yes')::integer",
         'denominator': '1', 'where': is_held},
        {'metric': 'brs_16', 'version': 4, 'by': of_review, 'column': 'needs_hospital', 'numerator': "(needs_hospital = 'no')::integer",
         'denominator': '1', 'where': is_held},
        {'metric': 'brs_16', 'version': 5, 'by': of_review, 'column': 'outcome_code', 'numerator': "(decision = 'ready')::integer",
         'denominator': '1', 'where': is_held ~ " and decision <> 'no_result'"},
        {'metric': 'brs_16', 'version': 6, 'column': 'outcome_code', 'numerator': '1', 'where': 'true',
         'by': dict(of_review, decision='decision', outcome_code='outcome_code', review_status='review_status')},
        {'metric': 'brs_16', 'version': 7, 'column': 'review_status', 'numerator': '1', 'where': is_held,
         'by': {'safe': 'safe', 'current_care': 'current_care', 'plan_in_place': 'plan_in_place', 'needs_hospital': 'needs_hospital'}},
        {'metric': 'brs_41', 'version': 1, 'by': of_review, 'column': 'review_status', 'numerator': "(review_status = 'refused')::integer",
         'denominator': '1', 'where': 'true'},
        {'metric': 'brs_41', 'version': 2, 'by': of_review, 'column': 'review_status', 'numerator': "(review_status = 'postponed')::integer",
         'denominator': '1', 'where': 'true'},
        {'metric': 'brs_42', 'version': 1, 'by': of_review, 'column': 'ebe_present', 'numerator': 'ebe_present::integer',
         'denominator': '1', 'where': is_held ~ " and review_type <> 'laep'"},
        {'metric': 'brs_42', 'version': 2, 'by': of_review, 'column': 'family_present', 'numerator': 'family_present::integer',
         'denominator': '1', 'where': is_held},
    ]) }}
    union all
    {{ given_by_rules('actions_in', [
        {'metric': 'brs_40', 'version': 1, 'by': of_action, 'column': 'action_no', 'numerator': '1', 'where': 'true'},
        {'metric': 'brs_40', 'version': 2, 'by': of_action, 'column': 'done_date', 'of': 'due_date',
         'numerator': '(done_date is not null)::integer', 'denominator': '1', 'where': 'due_date <= supplied_at'},
        {'metric': 'brs_40', 'version': 3, 'by': of_action, 'column': 'done_date', 'of': 'due_date',
         'numerator': 'coalesce(done_date <= due_date, false)::integer', 'denominator': '1', 'where': 'due_date <= supplied_at'},
        {'metric': 'brs_40', 'version': 4, 'by': of_action, 'column': 'done_date', 'numerator': 'done_date - ctr_date', 'denominator': '1',
         'where': 'done_date is not null'},
    ]) }}
    union all
    {{ given_by_rules('admissions_in', [
        {'metric': 'brs_13', 'version': 1, 'by': of_spell, 'column': 'admission_date', 'denominator': '1', 'where': 'true',
         'numerator': "(had_review_before or (admission_method = 'emergency' and had_protocol))::integer"},
        {'metric': 'brs_13', 'version': 2, 'by': of_spell, 'column': 'admission_date', 'denominator': '1', 'where': 'true',
         'numerator': 'had_review_before::integer'},
        {'metric': 'brs_14', 'version': 1, 'by': of_need, 'column': 'admission_date', 'denominator': '1',
         'numerator': 'coalesce(post_admission_on <= post_admission_due, false)::integer',
         'where': "admission_method = 'emergency' and not had_review_before and post_admission_due <= followed_to"
                  " and (post_admission_on <= post_admission_due or coalesce(discharge_date, post_admission_due) >= post_admission_due)"},
        {'metric': 'brs_50', 'version': 2, 'by': of_spell, 'column': 'admission_date', 'denominator': '1',
         'numerator': 'was_on_register::integer', 'where': 'register_day is not null'},
        {'metric': 'brs_51', 'version': 1, 'by': of_spell, 'column': 'admission_date', 'denominator': '1',
         'numerator': 'coalesce(reviewed_on <= admission_date + ' ~ waited ~ ', false)::integer',
         'where': 'admission_date + ' ~ waited ~ ' <= followed_to'},
        {'metric': 'brs_51', 'version': 2, 'by': of_spell, 'column': 'admission_date', 'denominator': '1',
         'numerator': 'reviewed_on - admission_date',
         'where': 'admission_date + ' ~ waited ~ ' <= followed_to and reviewed_on <= admission_date + ' ~ waited},
    ]) }}
    union all
    {{ given_by_rules('inpatients_due', [
        {'metric': 'brs_15', 'version': 1, 'by': of_need, 'column': 'admission_date', 'denominator': '1',
         'numerator': '(next_due >= period_end)::integer', 'where': 'true'},
    ]) }}
    union all
    {{ given_by_rules('ready_in', [
        {'metric': 'brs_52', 'version': 1, 'by': of_need, 'column': 'discharge_date', 'denominator': '1',
         'numerator': 'coalesce(discharge_date <= ready_on + ' ~ waited ~ ', false)::integer', 'where': 'true'},
        {'metric': 'brs_52', 'version': 2, 'by': of_need, 'column': 'discharge_date', 'denominator': '1',
         'numerator': 'discharge_date - ready_on', 'where': 'discharge_date <= ready_on + ' ~ waited},
    ]) }}
    union all
    {{ given_by_rules('discharges_in', [
        {'metric': 'brs_53', 'version': 1, 'by': of_need, 'column': 'discharge_date', 'denominator': '1', 'numerator': 'has_package::integer',
         'where': 'is_followed'},
        {'metric': 'brs_53', 'version': 2, 'by': of_need, 'column': 'discharge_date', 'denominator': '1',
         'numerator': 'package_on - discharge_date', 'where': 'is_followed and has_package'},
        {'metric': 'brs_54', 'version': 1, 'column': 'discharge_date', 'numerator': 'null', 'denominator': '1', 'where': 'true'},
    ]) }}
    union all
    {{ given_by_rules('at_home_in', [
        {'metric': 'brs_50', 'version': 1, 'by': of_person, 'column': 'person', 'denominator': '1', 'numerator': 'was_admitted::integer',
         'where': 'true'},
    ]) }}
    union all
    {{ given_by_rules('packages_of_people', [
        {'metric': 'brs_55', 'version': 1, 'by': of_need, 'column': 'weekly_cost_gbp', 'of': 'person', 'numerator': 'weekly_cost_gbp',
         'cell': 'weekly_cost_gbp', 'denominator': 'case when is_first_of_person then 1 end', 'where': 'true'},
        {'metric': 'brs_55', 'version': 2, 'by': of_need, 'column': 'family_support_hours', 'of': 'person',
         'numerator': 'coalesce(family_support_hours, 0)', 'cell': 'family_support_hours',
         'denominator': 'case when is_first_of_person then 1 end', 'where': 'was_asked'},
        {'metric': 'brs_55', 'version': 3, 'by': of_need, 'column': 'weekly_cost_gbp', 'of': 'person',
         'numerator': 'weekly_cost_gbp + coalesce(family_support_hours, 0) * gbp_per_hour', 'cell': 'weekly_cost_gbp',
         'denominator': 'case when is_first_of_person then 1 end', 'where': 'was_asked and gbp_per_hour is not null'},
    ]) }}
    union all
    {{ given_by_rules('weeks_in_hospital', [
        {'metric': 'brs_56', 'version': 1, 'by': of_need, 'column': 'cost_gbp', 'of': 'person', 'cell': 'cost_gbp', 'denominator': '1',
         'numerator': 'round(7 * cost_gbp::decimal(18, 4) / nights, 4)', 'where': 'true'},
    ]) }}
    union all
    {{ given_by_rules('register_in', [
        {'metric': 'brs_17', 'version': 5, 'column': 'person', 'numerator': '1', 'where': 'true',
         'by': dict(of_person, age_band='age_band', sex='sex')},
        {'metric': 'brs_46', 'version': 1, 'column': 'in_hospital', 'numerator': 'is_in_hospital::integer', 'denominator': '1',
         'where': 'true', 'by': {'cohort': 'cohort', 'age_group': 'age_group', 'complexity': 'complexity'}},
        {'metric': 'brs_47', 'version': 1, 'column': 'turns_18', 'numerator': 'turns_18::integer', 'by': {'risk': 'risk', 'cohort': 'cohort'},
         'where': "age_group = 'u18' and turns_18 is not null"},
        {'metric': 'brs_47', 'version': 2, 'column': 'turns_18', 'numerator': 'turns_18::integer', 'denominator': '1',
         'where': "age_group = 'u18' and turns_18 is not null", 'by': {'risk': 'risk', 'cohort': 'cohort'}},
        {'metric': 'brs_48', 'version': 1, 'column': 'housing_need', 'numerator': '1', 'where': "housing_need <> 'settled'",
         'by': dict(of_need, housing_need='housing_need')},
        {'metric': 'brs_48', 'version': 2, 'column': 'housing_need', 'numerator': "(housing_need <> 'settled')::integer",
         'denominator': '1', 'where': 'housing_need is not null', 'by': of_need},
        {'metric': 'brs_48', 'version': 3, 'column': 'housing_need', 'numerator': 'null', 'denominator': '1',
         'where': "housing_need <> 'settled' and period_type = 'quarter'"},
    ]) }}
    union all
    {{ given_by_rules('moved', [
        {'metric': 'brs_45', 'version': 1, 'column': 'risk', 'numerator': '(level > level_before)::integer', 'denominator': '1',
         'where': 'true', 'by': {'cohort': 'cohort', 'age_group': 'age_group', 'risk_before': 'risk_before'}},
        {'metric': 'brs_45', 'version': 2, 'column': 'risk', 'numerator': '(level < level_before)::integer', 'denominator': '1',
         'where': 'true', 'by': {'cohort': 'cohort', 'age_group': 'age_group', 'risk_before': 'risk_before'}},
        {'metric': 'brs_45', 'version': 3, 'column': 'risk', 'numerator': '1', 'where': 'level <> level_before',
         'by': {'movement': 'movement'}},
    ]) }}
    union all
    {{ given_by_rules('counts_of_months', [
        {'metric': 'brs_17', 'version': 1, 'column': 'people', 'numerator': known_of('people'), 'cell': 'people',
         'status': status_of(['people']), 'where': 'true', 'by': dict(of_counts, consent='consent')},
        {'metric': 'brs_17', 'version': 2, 'column': 'people', 'numerator': known_of('people'), 'cell': 'people',
         'status': status_of(['people']), 'where': "risk <> 'blue'", 'by': dict(of_counts, consent='consent')},
        {'metric': 'brs_17', 'version': 3, 'column': 'people', 'numerator': known_of('people'), 'cell': 'people',
         'status': status_of(['people']), 'where': "geographies <> 'icb'", 'by': {'age_group': 'age_group'}},
        {'metric': 'brs_17', 'version': 4, 'column': 'people', 'numerator': known_of('people'), 'cell': 'people',
         'status': status_of(['people']), 'where': "geographies <> 'icb' and risk <> 'blue'", 'by': {'age_group': 'age_group'}},
        {'metric': 'brs_18', 'version': 1, 'column': 'admitted', 'numerator': known_of('admitted'), 'cell': 'admitted',
         'denominator': known_of('admitted'), 'cell_of': 'admitted', 'status': status_of(['admitted']), 'where': 'true',
         'by': {'age_group': 'age_group', 'cohort': 'cohort'}},
        {'metric': 'brs_18', 'version': 1, 'column': 'people', 'numerator': 'null', 'denominator': known_of('people'), 'cell_of': 'people',
         'status': status_of(['people']), 'where': "risk <> 'blue'", 'by': {'age_group': 'age_group', 'cohort': 'cohort'}},
        {'metric': 'brs_33', 'version': 1, 'column': 'keyworker', 'of': 'people', 'numerator': 'keyworker', 'cell': 'keyworker',
         'denominator': 'people', 'cell_of': 'people', 'status': status_of(['keyworker', 'people']), 'by': of_counts,
         'where': "age_group <> '26+' and keyworker is not null and people is not null"},
        {'metric': 'brs_33', 'version': 2, 'column': 'ehcp', 'of': 'people', 'numerator': 'ehcp', 'cell': 'ehcp', 'denominator': 'people',
         'cell_of': 'people', 'status': status_of(['ehcp', 'people']), 'by': of_counts,
         'where': "age_group <> '26+' and ehcp is not null and people is not null"},
        {'metric': 'brs_43', 'version': 1, 'column': 'ctr_in_6m', 'of': 'people', 'numerator': 'ctr_in_6m', 'cell': 'ctr_in_6m',
         'denominator': 'people', 'cell_of': 'people', 'status': status_of(['ctr_in_6m', 'people']), 'by': of_counts,
         'where': 'ctr_in_6m is not null and people is not null'},
    ]) }}
    union all
    {{ given_by_rules('residents', [
        {'metric': 'brs_17', 'version': 3, 'column': 'population', 'numerator': 'null', 'denominator': 'residents', 'where': 'true',
         'by': {'age_group': 'age_group'}},
        {'metric': 'brs_17', 'version': 4, 'column': 'population', 'numerator': 'null', 'denominator': 'residents', 'where': 'true',
         'by': {'age_group': 'age_group'}},
    ]) }}
    union all
    {{ given_by_rules('flows_in', [
        {'metric': 'brs_44', 'version': 1, 'column': 'added', 'numerator': known_of('added'), 'cell': 'added', 'status': status_of(['added']),
         'where': 'true', 'by': of_counts},
        {'metric': 'brs_44', 'version': 2, 'column': 'removed', 'numerator': known_of('removed'), 'cell': 'removed',
         'status': status_of(['removed']), 'where': 'true', 'by': of_counts},
    ]) }}
    union all
    {{ given_by_rules('months_after', [
        {'metric': 'brs_44', 'version': 3, 'column': 'people', 'numerator': known_of('people'), 'cell': 'people',
         'status': status_of(['people']), 'where': 'true', 'by': {'age_group': 'age_group', 'cohort': 'cohort'}},
        {'metric': 'brs_44', 'version': 3, 'column': 'removed', 'numerator': known_of('removed'), 'cell': 'removed',
         'denominator': known_of('added'), 'of': 'added', 'cell_of': 'added', 'status': status_of(['removed', 'added']), 'where': 'true',
         'by': {'age_group': 'age_group', 'cohort': 'cohort'}},
    ]) }}
    union all
    {{ given_by_rules('months_before', [
        {'metric': 'brs_44', 'version': 3, 'column': 'people', 'numerator': 'null', 'denominator': known_of('people'), 'cell_of': 'people',
         'status': status_of(['people']), 'where': 'true', 'by': {'age_group': 'age_group', 'cohort': 'cohort'}},
    ]) }}
    union all
    {{ given_by_rules('programme_parts', [
        {'column': 'value', 'numerator': "case part when 'numerator' then value end", 'cell': 'value',
         'denominator': "case part when 'denominator' then value end", 'cell_of': 'value', 'status': 'value_status_given',
         'where': 'value is not null'},
    ]) }}
),

-- A metric can have either part from elsewhere.
parts as (
    select given.*, 'numerator' as part, numerator as amount from given where numerator is not null
    union all by name
    select
        given.* replace (denominator_column as published_column, denominator_cell as cell), 'denominator' as part, denominator as amount
    from given
    where denominator is not null
)

select {{ columns_given() }}
from parts
