-- Grain: one row per record of a release (release_id, member, source_row), column of it, part of a metric of people with a learning
-- disability or autism in hospital that it gives to, and period; of a population, per age group.
-- Assuring Transformation (LX-35) and MHSDS count other people: no version of a metric has records of both.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with releases as (
    select release_id, origin, period_start, period_end from {{ source('catalogue', 'release') }}
),

areas as (
    select distinct published_code from {{ ref('int_area_canonical') }}
),

-- --- Assuring Transformation, by board of origin ---------------------------------------------------------------------------------

recorded as (
    select
        *,
        {{ status_of_extract() }} as value_status,
        case when age_band in ('0-13', '14-17') then 'under 18' else '18 and over' end as age_group,
        {{ in_hospital_at_end() }} as is_in_hospital,
        episode_start between period_start and period_end as is_admitted,
        episode_end between period_start and period_end as is_gone,
        {{ length_of_stay() }} as length_of_stay,
        {{ distance_band() }} as distance,
        period_end - episode_start as days_stayed,
        max(period_end) over (partition by area_code_published) as held_until,
        row_number() over (
            partition by area_code_published, period_end order by release_id, member, source_row
        ) = 1 as is_first_of_month
    from {{ ref('stg_lx_35_assuring_transformation') }}
),

admissions as (
    select distinct person_domain, person, episode_start
    from recorded
    where admission_type <> 'transfer'
),

-- Who went home, moved on or died. What follows is looked for where the extract reaches far enough.
followed as (
    select
        recorded.person_domain, recorded.person, recorded.episode_end, min(admissions.episode_start) as next_admission
    from recorded
    join admissions
        on admissions.person_domain = recorded.person_domain
        and admissions.person = recorded.person
        and admissions.episode_start > recorded.episode_end
    where recorded.is_gone
    group by all
),

judged as (
    select
        recorded.*,
        is_gone and destination not in ('hospital_transfer', 'died') as is_discharged,
        followed.next_admission,
        case when age_group = 'under 18' then 42 else 56 end as days_between_visits,
        case when age_group = 'under 18' then 14 else 28 end as days_to_first_review,
        case
            when age_group = 'under 18' then 3
            when ward_security in ('low', 'medium', 'high') then 12
            else 6
        end as months_between_reviews
    from recorded
    left join followed using (person_domain, person, episode_end)
),

-- Each way in which a spell counts in a month.
counted as (
    select
        judged.*, way.counts_as,
        case way.counts_as
            when 'adult' then is_in_hospital and age_group = '18 and over'
            when 'child' then is_in_hospital and age_group = 'under 18'
            when 'in_hospital' then is_in_hospital
            when 'two_years' then is_in_hospital and length_of_stay in ('2-5 years', '5-10 years', '10+ years')
            when 'five_years' then is_in_hospital and length_of_stay in ('5-10 years', '10+ years')
            when 'ten_years' then is_in_hospital and length_of_stay = '10+ years'
            when 'distance_known' then is_in_hospital and distance_km is not null
            when 'far' then is_in_hospital and distance_km > 50
            when 'planned' then is_in_hospital and planned_discharge is not null
            when 'overdue' then is_in_hospital and planned_discharge <= period_end
            when 'delayed' then is_in_hospital and care_plan = 'delayed'
            when 'legal' then is_in_hospital and care_plan = 'legal_restrictions'
            when 'status_known' then is_in_hospital and care_plan is not null
            when 'secure' then is_in_hospital and ward_security in ('low', 'medium', 'high')
            when 'detained' then is_in_hospital and legal_status <> 'informal'
            when 'young_with_ehcp_known' then is_in_hospital and age_band in ('0-13', '14-17', '18-24') and ehcp is not null
            when 'young_with_ehcp' then is_in_hospital and age_band in ('0-13', '14-17', '18-24') and ehcp = 'yes'
            when 'young_with_keyworker_known' then is_in_hospital and age_band in ('0-13', '14-17', '18-24') and keyworker is not null
            when 'young_with_keyworker' then is_in_hospital and age_band in ('0-13', '14-17', '18-24') and keyworker = 'yes'
            when 'away' then is_in_hospital and out_of_area = 'yes'
            when 'visit_due' then is_in_hospital and out_of_area = 'yes' and days_stayed > days_between_visits
            when 'visited'
                then is_in_hospital and out_of_area = 'yes' and days_stayed > days_between_visits
                and last_visit >= period_end - days_between_visits
            when 'agreed' then is_in_hospital and plan_agreed_by is not null
            when 'review_due' then is_in_hospital and days_stayed > days_to_first_review
            when 'reviewed'
                then is_in_hospital and days_stayed > days_to_first_review
                and last_ctr >= (period_end - to_months(months_between_reviews))::date
            when 'review_with_result' then is_in_hospital and ctr_outcome in ('1', '2', '3', '4', '5', '6', '7')
            when 'review_ready' then is_in_hospital and ctr_outcome in ('2', '3', '5', '6', '7')
            when 'admitted' then is_admitted
            when 'admitted_known' then is_admitted and admission_type <> 'transfer' and registered is not null
            when 'admitted_from_register' then is_admitted and admission_type <> 'transfer' and registered = 'yes'
            when 'admitted_plan_known' then is_admitted and admission_type <> 'transfer' and admission_plan <> 'not known'
            when 'admitted_unplanned' then is_admitted and admission_type <> 'transfer' and admission_plan = 'unplanned'
            when 'gone' then is_gone
            when 'gone_to_community'
                then is_gone
                and destination in (
                    'independent_living', 'supported_housing', 'family_home', 'residential_care', 'residential_school'
                )
            when 'followed_30_days' then is_discharged and held_until >= episode_end + 30
            when 'back_in_30_days' then is_discharged and held_until >= episode_end + 30 and next_admission <= episode_end + 30
            when 'followed_a_year' then is_discharged and held_until >= (episode_end + to_years(1))::date
            when 'back_in_a_year'
                then is_discharged and held_until >= (episode_end + to_years(1))::date
                and next_admission <= (episode_end + to_years(1))::date
        end as counts
    from judged
    cross join (
        values
            ('adult'), ('child'), ('in_hospital'), ('two_years'), ('five_years'), ('ten_years'), ('distance_known'), ('far'),
            ('planned'), ('overdue'), ('delayed'), ('legal'), ('status_known'), ('secure'), ('detained'), ('young_with_ehcp_known'),
            ('young_with_ehcp'), ('young_with_keyworker_known'), ('young_with_keyworker'), ('away'), ('visit_due'), ('visited'),
            ('agreed'), ('review_due'), ('reviewed'), ('review_with_result'), ('review_ready'), ('admitted'), ('admitted_known'),
            ('admitted_from_register'), ('admitted_plan_known'), ('admitted_unplanned'), ('gone'), ('gone_to_community'),
            ('followed_30_days'), ('back_in_30_days'), ('followed_a_year'), ('back_in_a_year')
    ) as way (counts_as)
),

at_given as (
    select
        gives.metric_id, gives.definition_version, gives.part, counted.*,
        case gives.grouped_by
            when 'age' then {{ breakdowns({'age_group': 'age_group'}) }}
            when 'who' then {{ breakdowns({
                'age_group': 'age_group', 'sex': 'sex', 'category': 'category', 'commissioner_type': 'commissioner_type',
                'length_of_stay': 'length_of_stay', 'distance': 'distance', 'ward_security': 'ward_security',
                'legal_status': 'legal_status', 'care_plan': 'care_plan',
            }) }}
            when 'admission' then {{ breakdowns({
                'age_group': 'age_group', 'admission_type': 'admission_type', 'admission_plan': 'admission_plan'
            }) }}
            when 'destination' then {{ breakdowns({'age_group': 'age_group', 'destination': 'destination'}) }}
            when 'length_of_stay' then {{ breakdowns({'length_of_stay': 'length_of_stay'}) }}
            when 'distance' then {{ breakdowns({'distance': 'distance'}) }}
            when 'ward_security' then {{ breakdowns({'ward_security': 'ward_security'}) }}
            when 'legal_status' then {{ breakdowns({'legal_status': 'legal_status'}) }}
            when 'delay_reason' then {{ each_of('delay_reason', 'delay_reasons') }}
            when 'out_of_area_reason' then {{ each_of('out_of_area_reason', 'out_of_area_reasons') }}
            when 'agreed_by' then {{ each_of('agreed_by', 'plan_agreed_by') }}
            else ''
        end as breakdowns
    from counted
    join (
        values
            ('brs_01', 1, 'numerator', 'adult', ''), ('brs_01', 2, 'numerator', 'adult', ''),
            ('brs_02', 1, 'numerator', 'child', ''), ('brs_02', 2, 'numerator', 'child', ''),
            ('brs_03', 1, 'numerator', 'in_hospital', 'who'),
            ('brs_05', 1, 'numerator', 'admitted', 'admission'),
            ('brs_06', 1, 'numerator', 'gone', 'destination'),
            ('brs_06', 2, 'numerator', 'gone_to_community', 'age'), ('brs_06', 2, 'denominator', 'gone', 'age'),
            ('brs_07', 1, 'numerator', 'back_in_30_days', 'age'), ('brs_07', 1, 'denominator', 'followed_30_days', 'age'),
            ('brs_07', 2, 'numerator', 'back_in_a_year', 'age'), ('brs_07', 2, 'denominator', 'followed_a_year', 'age'),
            ('brs_08', 1, 'numerator', 'two_years', 'length_of_stay'), ('brs_08', 1, 'denominator', 'in_hospital', ''),
            ('brs_08', 2, 'numerator', 'five_years', 'age'), ('brs_08', 2, 'denominator', 'in_hospital', 'age'),
            ('brs_08', 3, 'numerator', 'ten_years', 'age'), ('brs_08', 3, 'denominator', 'in_hospital', 'age'),
            ('brs_09', 1, 'numerator', 'far', 'distance'), ('brs_09', 1, 'denominator', 'distance_known', ''),
            ('brs_10', 1, 'numerator', 'planned', 'age'), ('brs_10', 1, 'denominator', 'in_hospital', 'age'),
            ('brs_11', 1, 'numerator', 'overdue', 'age'), ('brs_11', 1, 'denominator', 'in_hospital', 'age'),
            ('brs_12', 1, 'numerator', 'delayed', 'delay_reason'), ('brs_12', 1, 'denominator', 'status_known', ''),
            ('brs_12', 2, 'numerator', 'legal', 'age'), ('brs_12', 2, 'denominator', 'status_known', 'age'),
            ('brs_20', 1, 'numerator', 'secure', 'ward_security'), ('brs_20', 1, 'denominator', 'in_hospital', ''),
            ('brs_21', 1, 'numerator', 'detained', 'legal_status'), ('brs_21', 1, 'denominator', 'in_hospital', ''),
            ('brs_60', 1, 'numerator', 'admitted_from_register', 'age'), ('brs_60', 1, 'denominator', 'admitted_known', 'age'),
            ('brs_61', 1, 'numerator', 'admitted_unplanned', 'age'), ('brs_61', 1, 'denominator', 'admitted_plan_known', 'age'),
            ('brs_62', 1, 'numerator', 'young_with_ehcp', 'age'), ('brs_62', 1, 'denominator', 'young_with_ehcp_known', 'age'),
            ('brs_63', 1, 'numerator', 'young_with_keyworker', 'age'),
            ('brs_63', 1, 'denominator', 'young_with_keyworker_known', 'age'),
            ('brs_64', 1, 'numerator', 'away', 'out_of_area_reason'), ('brs_64', 1, 'denominator', 'in_hospital', ''),
            ('brs_65', 1, 'numerator', 'agreed', 'agreed_by'), ('brs_65', 1, 'denominator', 'in_hospital', ''),
            ('brs_66', 1, 'numerator', 'visited', 'age'), ('brs_66', 1, 'denominator', 'visit_due', 'age'),
            ('brs_67', 1, 'numerator', 'reviewed', 'age'), ('brs_67', 1, 'denominator', 'review_due', 'age'),
            ('brs_68', 1, 'numerator', 'review_ready', 'age'), ('brs_68', 1, 'denominator', 'review_with_result', 'age')
    ) as gives (metric_id, definition_version, part, counts_as, grouped_by) using (counts_as)
    -- One record of a month that does not count gives the nought of a month in which none does.
    where counted.counts or (gives.part = 'numerator' and is_first_of_month)
),

-- --- populations of the boards of LX-35 ----------------------------------------------------------------------------------------

people as (
    select
        population.* exclude (area_code), {{ own_country('population.area_code', 'releases.origin') }} as area_code
    from {{ ref('int_area_population') }} as population
    join releases using (release_id)
    where population.sex = 'persons'
),

board_months as (
    select distinct area_code_published, period_start, period_end, period_type from recorded
),

-- Lists of practices at the end of a financial year, by the ages that registers are kept for: all, and 18 and over.
lists as (
    select
        prevalence.practice_code, prevalence.patient_list_type, prevalence.list_size, places.icb_code, releases.period_end as list_day,
        prevalence.release_id, prevalence.member, prevalence.source_row
    from {{ ref('stg_qof_prevalence') }} as prevalence
    join releases using (release_id)
    join releases as map_release on map_release.period_end = releases.period_end
    join {{ ref('stg_qof_practice_map') }} as places
        on places.release_id = map_release.release_id and places.practice_code = prevalence.practice_code
    where prevalence.patient_list_type in ('TOTAL', '18OV')
    -- Every register of one range of ages bears the same list.
    qualify row_number() over (
        partition by prevalence.release_id, prevalence.practice_code, prevalence.patient_list_type order by prevalence.source_row
    ) = 1
),

list_of_month as (
    select board_months.*, max(lists.list_day) as list_day
    from board_months
    join lists on lists.icb_code = board_months.area_code_published and lists.list_day <= board_months.period_end
    group by all
),

registered as (
    select
        list_of_month.area_code_published, list_of_month.period_start, list_of_month.period_end, list_of_month.period_type,
        lists.patient_list_type, lists.list_size, lists.release_id, lists.member, lists.source_row
    from list_of_month
    join lists on lists.icb_code = list_of_month.area_code_published and lists.list_day = list_of_month.list_day
),

-- Small areas of the boards with their council, on the last day that LX-35 reaches.
small_areas as (
    select council.ancestor_code as council_code, board.ancestor_code as board_code
    from (select max(period_end) as day from board_months) as latest
    join {{ ref('int_area_ancestor') }} as council on latest.day between council.span_from and council.span_to
    join {{ ref('int_area_ancestor') }} as board
        on board.area_code = council.area_code and latest.day between board.span_from and board.span_to
    -- A county is the sum of its districts, which the estimates have too.
    where left(council.area_code, 3) = 'E01' and left(board.ancestor_code, 3) = 'E54'
      and left(council.ancestor_code, 3) in ('E06', 'E07', 'E08', 'E09')
    group by all
),

-- A board has residents by age where each of its councils lies in it whole.
councils_of_boards as (
    select board_code, council_code
    from small_areas
    where board_code not in (
        select board_code from small_areas
        where council_code in (select council_code from small_areas group by all having count(*) > 1)
    )
),

board_year as (
    select board_months.*, canonical.canonical_code as board_code, max(people.reference_date) as reference_date
    from board_months
    join {{ ref('int_area_canonical') }} as canonical
        on canonical.published_code = board_months.area_code_published
        and board_months.period_end between canonical.span_from and canonical.span_to
    join (select distinct area_code, reference_date from people) as people
        on people.area_code in (select council_code from councils_of_boards) and people.reference_date <= board_months.period_end
    group by all
),

-- --- MHSDS ---------------------------------------------------------------------------------------------------------------------

lda as (
    select
        published.*, releases.period_start, releases.period_end, releases.origin,
        case published.geography
            when 'Total data as submitted' then {{ country_of('releases.origin') }} else published.org_code_published
        end as area_code_published,
        case published.geography
            when 'Total data as submitted' then 'country' when 'Commissioning Region' then 'nhs_region' when 'ICB' then 'icb'
            when 'Provider' then 'trust'
        end as geographies
    from {{ ref('stg_mhsds_lda_published') }} as published
    join releases using (release_id)
    -- Partnerships stand under the table of boards until 2020; commissioners overlap with boards.
    where published.geography in ('Total data as submitted', 'Commissioning Region', 'ICB', 'Provider')
      and published.secondary_measure is null
),

lda_given as (
    select
        gives.metric_id, gives.definition_version, gives.part, gives.measure as published_column, lda.*,
        case gives.measure
            when 'spells_open_at_end' then spells_open_at_end
            when 'admissions' then admissions
            when 'discharges' then discharges
            when 'ward_stays_open_at_end' then ward_stays_open_at_end
            when 'restraint_people' then restraint_people
            when 'restraints' then restraints
        end as cell,
        case when gives.grouped_by <> '' then gives.grouped_by || '=' || replace(lda.primary_split, ';', ',') else '' end as breakdowns
    from lda
    join (
        values
            ('brs_01', 3, 'numerator', 'Age', '18-24|25-34|35-44|45-54|55-64|65 and Over', 'spells_open_at_end', ''),
            ('brs_02', 3, 'numerator', 'Age', 'Under 18', 'spells_open_at_end', ''),
            ('brs_03', 2, 'numerator', 'Total', 'Total', 'spells_open_at_end', ''),
            ('brs_05', 2, 'numerator', 'Total', 'Total', 'admissions', ''),
            ('brs_06', 3, 'numerator', 'Total', 'Total', 'discharges', ''),
            ('brs_06', 4, 'numerator', 'Discharge Destination Grouped', 'Community', 'discharges', ''),
            ('brs_06', 4, 'denominator', 'Total', 'Total', 'discharges', ''),
            ('brs_08', 4, 'numerator', 'Length of stay', '2-5 years|5-10 years|10\+ years', 'spells_open_at_end', 'length_of_stay'),
            ('brs_08', 4, 'denominator', 'Total', 'Total', 'spells_open_at_end', ''),
            ('brs_09', 2, 'numerator', 'Distance from Home', '51-100km|Over 100km', 'spells_open_at_end', 'distance'),
            ('brs_09', 2, 'denominator', 'Distance from Home', '.*[0-9]km', 'spells_open_at_end', ''),
            ('brs_10', 2, 'numerator', 'Planned Discharge Date Present', 'Present', 'spells_open_at_end', ''),
            ('brs_10', 2, 'denominator', 'Total', 'Total', 'spells_open_at_end', ''),
            ('brs_11', 2, 'numerator', 'Time to Planned Discharge', 'Planned discharge overdue', 'spells_open_at_end', ''),
            ('brs_11', 2, 'denominator', 'Total', 'Total', 'spells_open_at_end', ''),
            ('brs_12', 3, 'numerator', 'Delayed Discharges', '.*', 'spells_open_at_end', 'delay_reason'),
            ('brs_19', 1, 'numerator', 'Total', 'Total', 'restraint_people', ''),
            ('brs_19', 2, 'numerator', 'Total', 'Total', 'restraints', ''),
            ('brs_20', 2, 'numerator', 'Ward security', '(Low|Medium|High) Secure', 'ward_stays_open_at_end', 'ward_security'),
            ('brs_20', 2, 'denominator', 'Total', 'Total', 'ward_stays_open_at_end', ''),
            ('brs_21', 2, 'numerator', 'Mental Health Act', 'Part 2|Part 3 .*|Other sections', 'spells_open_at_end', 'legal_status'),
            ('brs_21', 2, 'denominator', 'Total', 'Total', 'spells_open_at_end', '')
    ) as gives (metric_id, definition_version, part, primary_measure, splits, measure, grouped_by)
        on gives.primary_measure = lda.primary_measure and regexp_full_match(lda.primary_split, gives.splits)
    -- An independent provider is no area. Rates are of the country: no other level is split by age.
    where (lda.geographies <> 'trust' or lda.area_code_published in (select published_code from areas))
      and (gives.metric_id not in ('brs_01', 'brs_02') or lda.geographies = 'country')
),

country_months as (
    select distinct area_code_published, period_start, period_end from lda where geographies = 'country'
),

country_year as (
    select country_months.*, max(people.reference_date) as reference_date
    from country_months
    join (select distinct area_code, reference_date from people) as people
        on people.area_code = country_months.area_code_published and people.reference_date <= country_months.period_end
    group by all
),

-- Residents of a council or country by age, each a record of the estimates.
residents as (
    select
        age_group.metric_id, age_group.definition_version, board_year.board_code as area_code_published, 'icb' as geographies,
        board_year.period_start, board_year.period_end, board_year.period_type,
        sum(people.population) as population, people.release_id, people.member, people.source_row
    from board_year
    join councils_of_boards using (board_code)
    join people on people.area_code = councils_of_boards.council_code and people.reference_date = board_year.reference_date
    join (
        values ('brs_01', 2, 18, 120), ('brs_02', 2, 0, 17)
    ) as age_group (metric_id, definition_version, first_age, last_age) on people.age between age_group.first_age and age_group.last_age
    group by all
    union all
    select
        age_group.metric_id, age_group.definition_version, country_year.area_code_published, 'country',
        country_year.period_start, country_year.period_end, 'month',
        sum(people.population), people.release_id, people.member, people.source_row
    from country_year
    join people on people.area_code = country_year.area_code_published and people.reference_date = country_year.reference_date
    join (
        values ('brs_01', 3, 18, 120), ('brs_02', 3, 0, 17)
    ) as age_group (metric_id, definition_version, first_age, last_age) on people.age between age_group.first_age and age_group.last_age
    group by all
),

-- --- health checks, registers, homes, work, market -------------------------------------------------------------------------------

checks as (
    select
        health_checks.*,
        case when indicator in ('LDHCMI034', 'LDHCMI036', 'LD_REG_1417') then '14-17' else '18 and over' end as age_group,
        -- Where declined checks are hidden the denominator is too: the indicator of that practice counts on neither side.
        count(*) filter (patients is null) over (partition by release_id, practice_code, indicator) > 0 as has_hidden
    from {{ ref('stg_ld_health_checks') }} as health_checks
),

checks_given as (
    select
        'brs_22' as metric_id, gives.definition_version, gives.part, checks.*,
        case when gives.definition_version = 3 then checks.month_start else {{ april_before('checks.month_end') }} end as period_start,
        case
            when gives.definition_version = 3 then 'month' when month(checks.month_end) = 3 then 'financial_year' else 'interval'
        end as period_type,
        case when gives.definition_version = 3 then '' else {{ breakdowns({'age_group': 'checks.age_group'}) }} end as breakdowns
    from checks
    join (
        values
            (1, 'numerator', 'LDHCMI034|LDHCMI035', 'Numerator'), (1, 'denominator', 'LD_REG_1417|LD_REG_18OV', 'Count'),
            (2, 'numerator', 'LDHCMI034|LDHCMI035', 'Numerator'), (2, 'denominator', 'LDHCMI034|LDHCMI035', 'Denominator'),
            (3, 'numerator', 'LDHC021', 'Count'),
            (4, 'numerator', 'LDHCMI036|LDHCMI037', 'Numerator'), (4, 'denominator', 'LD_REG_1417|LD_REG_18OV', 'Count')
    ) as gives (definition_version, part, indicators, measure)
        on gives.measure = checks.measure and regexp_full_match(checks.indicator, gives.indicators)
    where checks.patients is not null and (gives.definition_version <> 2 or not checks.has_hidden)
),

ascof as (
    select
        case measures.measure when '1G' then 'brs_25' else 'brs_26' end as metric_id, measures.*,
        case measures.area_level
            when 'council' then 'upper_tier_local_authority' when 'region' then 'region' else 'country'
        end as geographies,
        releases.period_start, releases.period_end, releases.origin
    from {{ ref('stg_ascof_measures') }} as measures
    join releases using (release_id)
    -- Women and men do not add up to all: of a few the sex is not known.
    where measures.measure in ('1E', '1G') and measures.people = 'Total' and measures.measure_type in ('numerator', 'denominator')
      and measures.area_level <> 'council_type' and measures.value is not null
),

-- Adult social care for people with a learning disability or autistic people that has a rating.
market as (
    select
        locations.*, releases.period_start, releases.period_end,
        (locations.overall_rating in ('Good', 'Outstanding'))::integer as is_good,
        {{ breakdowns({
            'care_home': "case when locations.care_home then 'yes' else 'no' end", 'rating': 'locations.overall_rating'
        }) }} as all_breakdowns
    from {{ ref('stg_cqc_directory_locations') }} as locations
    join releases using (release_id)
    where locations.band_learning_disability_autism and locations.inspection_directorate = 'Adult social care'
      and locations.overall_rating is not null and not locations.dormant
),

market_at as (
    select *, sub_icb_location_ons_code as area_code_published, 'sub_icb_location icb nhs_region country' as geographies
    from market
    where sub_icb_location_ons_code is not null
    union all by name
    select market.*, councils.area_code as area_code_published, 'upper_tier_local_authority' as geographies
    from market
    join {{ ref('int_area') }} as councils
        on {{ council_name_of('councils.area_name') }} = {{ council_name_of('market.local_authority_name') }}
        and councils.area_type = 'upper_tier_local_authority'
        and market.period_end between coalesce(councils.valid_from, date '1900-01-01') and coalesce(councils.valid_to, date '9999-12-31')
),

given as (
    select
        metric_id, definition_version, part, area_code_published, 'icb' as geographies, period_start, period_end, period_type,
        case when counts then breakdowns else '' end as breakdowns, coalesce(counts, false)::integer as amount, 'person' as published_column,
        null::decimal(18, 4) as cell, value_status, 'lx_35_assuring_transformation' as source, release_id, member, source_row
    from at_given
    union all
    -- Under 18 is the whole list less that of 18 and over.
    select
        group_of_list.metric_id, 1, 'denominator', area_code_published, 'icb',
        period_start, period_end, period_type, '', group_of_list.sign * list_size, 'list_size', list_size, 'exact', 'qof',
        release_id, member, source_row
    from registered
    join (
        values ('brs_01', '18OV', 1), ('brs_02', 'TOTAL', 1), ('brs_02', '18OV', -1)
    ) as group_of_list (metric_id, patient_list_type, sign) using (patient_list_type)
    union all
    select
        metric_id, definition_version, 'denominator', area_code_published, geographies, period_start, period_end, period_type, '',
        population, 'population', null, 'exact', 'ons_mye', release_id, member, source_row
    from residents
    union all
    select
        metric_id, definition_version, part, area_code_published, geographies, period_start, period_end, 'month', breakdowns, cell,
        published_column, cell, 'rounded', 'mhsds_lda', release_id, member, source_row
    from lda_given
    where cell is not null
    union all
    select
        metric_id, definition_version, part, practice_code, null, period_start, month_end, period_type, breakdowns, patients, 'value',
        patients, 'exact', 'ld_health_checks', release_id, member, source_row
    from checks_given
    union all
    select
        'brs_23', 1, side.part, practice_code, null, releases.period_start, releases.period_end, 'financial_year', '',
        case side.part when 'numerator' then register_patients else list_size end,
        case side.part when 'numerator' then 'register_patients' else 'list_size' end,
        case side.part when 'numerator' then register_patients else list_size end,
        'exact', 'qof', release_id, member, source_row
    from {{ ref('stg_qof_prevalence') }}
    join releases using (release_id)
    cross join (values ('numerator'), ('denominator')) as side (part)
    where group_code = 'LD'
    union all
    select
        'brs_23', 2, side.part, {{ own_country('area_code_published', 'releases.origin') }},
        case area_type when 'England' then 'country' else 'practice' end, rows.period_start, rows.period_end, rows.period_type, '',
        case side.part when 'numerator' then numerator_published else denominator_published end,
        case side.part when 'numerator' then 'count' else 'denominator' end,
        case side.part when 'numerator' then numerator_published else denominator_published end,
        'exact', 'fingertips', rows.release_id, rows.member, rows.source_row
    from {{ ref('stg_fingertips') }} as rows
    join releases using (release_id)
    cross join (values ('numerator'), ('denominator')) as side (part)
    where indicator_id::varchar = '200' and not is_group and area_type in ('England', 'GPs')
      and numerator_published is not null and denominator_published is not null
    union all
    select
        metric_id, 1, measure_type, {{ own_country('area_ons_code_published', 'origin') }}, geographies, period_start, period_end,
        'financial_year', '', value, 'value', value, 'exact', 'ascof', release_id, member, source_row
    from ascof
    union all
    select
        'brs_31', 1, 'numerator', icb_code, 'icb', period_start, period_end, period_type, '', value, 'value', value,
        {{ status_of_extract() }}, 'lx_19_brs_programme', release_id, member, source_row
    from {{ ref('stg_lx_19_brs_programme') }}
    where measure = 'ist_fte' and value is not null
    union all
    select
        'brs_35', 1, side.part, area_code_published, geographies, period_start, period_end, 'snapshot',
        all_breakdowns, case side.part when 'numerator' then is_good else 1 end, 'location_id', null, 'exact', 'cqc_directory',
        release_id, member, source_row
    from market_at
    cross join (values ('numerator'), ('denominator')) as side (part)
)

select {{ columns_given() }}
from given
