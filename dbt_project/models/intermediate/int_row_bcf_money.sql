-- Grain: one row per record of plans, returns, registers and the place pound, and part of a metric (bcf_22, bcf_f01 to bcf_f10) that it
-- gives to.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with income as (
    select income.*, codes.feeds, {{ status_of_extract() }} as value_status
    from {{ ref('stg_lx_33_bcf_finance_income') }} as income
    left join {{ ref('bcf_code') }} as codes
        on codes.code_list = 'source_of_funding' and codes.code = income.source_of_funding
        and year(income.period_start) between codes.first_year and coalesce(codes.last_year, 9999)
    {{ newest_of_board(['source_of_funding', 'contributor_code']) }}
),

expenditure as (
    select
        *, {{ status_of_extract() }} as value_status,
        {{ breakdowns({
            'scheme_type': 'scheme_type', 'area_of_spend': 'area_of_spend', 'commissioner': 'commissioner', 'provider': 'provider',
            'source_of_funding': 'source_of_funding'
        }) }} as kinds
    from {{ ref('stg_lx_33_bcf_finance_expenditure') }}
    {{ newest_of_board(['scheme_id', 'source_of_funding', 'provider']) }}
),

of_income as (
    select 'bcf_f01' as metric_id, 1 as definition_version, 'numerator' as part, required_gbp as amount, 'required_gbp' as published_column, '' as breakdowns, *
    from income
    where required_gbp is not null
    union all by name
    select
        'bcf_f02' as metric_id, 1 as definition_version, 'numerator' as part, planned_gbp as amount, 'planned_gbp' as published_column,
        {{ breakdowns({'source_of_funding': 'source_of_funding'}) }} as breakdowns, *
    from income
    union all by name
    select
        feeds as metric_id, 1 as definition_version, 'numerator' as part, planned_gbp as amount, 'planned_gbp' as published_column,
        {{ breakdowns({'source_of_funding': "case feeds when 'bcf_f05' then source_of_funding end"}) }} as breakdowns, *
    from income
    where feeds is not null
    union all by name
    -- What must go to social care is the whole of which the plan gives a share.
    select 'bcf_f07' as metric_id, 2 as definition_version, 'denominator' as part, required_social_care_gbp as amount, 'required_social_care_gbp' as published_column, '' as breakdowns, *
    from income
    where required_social_care_gbp is not null
),

of_expenditure as (
    select 'bcf_f08' as metric_id, 1 as definition_version, 'numerator' as part, planned_gbp as amount, 'planned_gbp' as published_column, kinds as breakdowns, *
    from expenditure
    union all by name
    select 'bcf_f08' as metric_id, version.no as definition_version, 'numerator' as part, actual_gbp as amount, 'actual_gbp' as published_column, kinds as breakdowns, expenditure.*
    from expenditure, (values (2), (3)) as version (no)
    where actual_gbp is not null
    union all by name
    select 'bcf_f08' as metric_id, 3 as definition_version, 'denominator' as part, planned_gbp as amount, 'planned_gbp' as published_column, kinds as breakdowns, *
    from expenditure
    where actual_gbp is not null
    union all by name
    select 'bcf_f07' as metric_id, version.no as definition_version, 'numerator' as part, planned_gbp as amount, 'planned_gbp' as published_column, '' as breakdowns, expenditure.*
    from expenditure, (values (1), (2)) as version (no)
    where area_of_spend = 'Social Care' and source_of_funding = 'Minimum NHS Contribution'
),

from_returns as (
    select *, board_code as area_code_published, amount as cell, 'lx_33_bcf_finance' as source
    from (select * from of_income union all by name select * from of_expenditure)
),

statements as (
    select
        *, board_code as area_code_published, value as amount, value as cell, 'value' as published_column, 'exact' as given_status,
        'bcf_plan_document' as source, '' as breakdowns, 'numerator' as part
    from {{ ref('stg_bcf_plan_document') }}
    where role <> 'comparison'
),

of_documents as (
    select 'bcf_f01' as metric_id, 1 as definition_version, * exclude (definition_version) from statements where role = 'required'
    union all by name
    -- A year of which a part cannot be read has no total.
    select 'bcf_f02' as metric_id, 1 as definition_version, * exclude (definition_version)
    from statements
    where role in ('proposed', 'proposed_beside')
      and (release_id, period_start) not in (select (release_id, period_start) from statements where role = 'proposed' and value is null)
    union all by name
    select codes.feeds as metric_id, 1 as definition_version, statements.* exclude (definition_version) replace (
        {{ breakdowns({'source_of_funding': "case codes.feeds when 'bcf_f05' then statements.subject_name end"}) }} as breakdowns
    )
    from statements
    join {{ ref('bcf_code') }} as codes
        on codes.code_list = 'source_of_funding' and codes.code = statements.subject_name
        and year(statements.period_start) between codes.first_year and coalesce(codes.last_year, 9999)
    where statements.role in ('income', 'proposed_beside') and codes.feeds is not null
    union all by name
    select
        'bcf_f08' as metric_id, case role when 'minimum' then 4 else 5 end as definition_version, * exclude (definition_version)
    from statements
    where section = 'finance' and role in ('minimum', 'maximum')
    union all by name
    select 'bcf_f09' as metric_id, 1 as definition_version, * exclude (definition_version, part), case role when 'pooled' then 'numerator' else 'denominator' end as part
    from statements
    where role in ('pooled', 'whole')
),

newest_risks as (
    select * from {{ ref('stg_lx_34_bcf_risk') }}
    {{ newest_of_board(['risk_id']) }}
),

-- A risk counts as one, and gives its probability times its impact to the score.
risks as (
    select
        board_code as area_code_published, period_start, period_end, period_type, probability * impact as score, 'probability' as published_column,
        probability as cell, category, 'exact' as value_status, 'lx_34_bcf_risk' as source, release_id, member, source_row
    from newest_risks
    where status = 'open'
    union all by name
    select
        probability.area_code_published, probability.period_start, probability.period_end, probability.period_type,
        (probability.value * impact.value)::bigint as score, 'value' as published_column, probability.cell, category.printed as category,
        'exact' as value_status, probability.source, probability.release_id, probability.member, probability.source_row
    from statements as probability
    join statements as impact
        on impact.release_id = probability.release_id and impact.subject_id = probability.subject_id and impact.role = 'impact'
    join statements as category
        on category.release_id = probability.release_id and category.subject_id = probability.subject_id and category.role = 'category'
    where probability.role = 'probability'
),

of_risks as (
    select
        'bcf_22' as metric_id, 1 as definition_version, 'numerator' as part, score as amount,
        {{ breakdowns({'category': 'category'}) }} as breakdowns, *
    from risks
    union all by name
    select
        'bcf_22' as metric_id, version.no as definition_version, case version.no when 1 then 'denominator' else 'numerator' end as part, 1 as amount,
        {{ breakdowns({'category': 'risks.category'}) }} as breakdowns, risks.* replace (null::decimal(18, 4) as cell)
    from risks, (values (1), (2)) as version (no)
    where version.no = 1 or risks.score >= 6
),

-- The money of some districts is not their county's: a place counts to itself alone.
place_lines as (
    select
        *, place_code as area_code_published, {{ status_of_extract() }} as value_status,
        case when place_code like 'E07%' then 'lower_tier_local_authority' else 'upper_tier_local_authority lower_tier_local_authority place' end as geographies
    from {{ ref('stg_lx_16_place_pound') }}
    {{ newest_extract(['icb_code', 'payer_type', 'budget_line', 'place_code']) }}
),

of_places as (
    select
        'bcf_f10' as metric_id, version.no as definition_version, 'numerator' as part, gbp as amount, 'gbp' as published_column, gbp as cell,
        {{ breakdowns({'payer': 'payer_type'}) }} as breakdowns, 'lx_16_place_pound' as source, place_lines.*
    from place_lines, (values (1), (2)) as version (no)
    union all by name
    select
        'bcf_f09' as metric_id, 2 as definition_version, unnest(case when pooled then ['numerator', 'denominator'] else ['denominator'] end) as part, gbp as amount,
        'gbp' as published_column, gbp as cell, '' as breakdowns, 'lx_16_place_pound' as source, place_lines.*
    from place_lines
    where payer_type in ('icb', 'la')
),

-- Residents of a place, of the last estimate up to the end of the year: all ages of one line of it.
residents as (
    select
        place_year.place_code as area_code_published, place_year.period_start, place_year.period_end, place_year.period_type, place_year.geographies,
        sum(people.population) as amount, sum(people.population) as cell, people.release_id, people.member, people.source_row
    from (select distinct place_code, period_start, period_end, period_type, geographies from place_lines) as place_year
    join {{ ref('int_area_population') }} as people
        on people.area_code = place_year.place_code and people.sex = 'persons' and people.reference_date <= place_year.period_end
    group by
        place_year.place_code, place_year.period_start, place_year.period_end, place_year.period_type, place_year.geographies,
        people.reference_date, people.release_id, people.member, people.source_row
    qualify people.reference_date = max(people.reference_date) over (partition by place_year.place_code, place_year.period_end)
),

of_residents as (
    select
        'bcf_f10' as metric_id, 2 as definition_version, 'denominator' as part, 'population' as published_column, '' as breakdowns,
        'exact' as value_status, 'ons_mye' as source, *
    from residents
),

given as (
    select * from from_returns
    union all by name
    select * exclude (value_status), given_status as value_status from of_documents where amount is not null
    union all by name
    select * from of_risks
    union all by name
    select * from of_places
    union all by name
    select * from of_residents
)

select {{ columns_given() }}
from given
