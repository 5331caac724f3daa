-- Grain: one row per board, source, version (return, table, narrative, summary), year, kind of line (total, income, expenditure,
-- benefit), line, source of funding, party and number of the benefit; a part that a kind of line has not is blank, or 0.
with income as (
    select
        board_code, 'lx_33_bcf_finance' as source, 'return' as version, period_start, period_end, 'income' as line_type,
        source_of_funding as line_id, source_of_funding as line_name, source_of_funding, contributor_code as party, planned_gbp, actual_gbp,
        required_gbp, required_social_care_gbp, {{ status_of_extract() }} as value_status, release_id, member, source_row
    from {{ ref('stg_lx_33_bcf_finance_income') }}
    {{ newest_of_board(['source_of_funding', 'contributor_code']) }}
),

expenditure as (
    select
        board_code, 'lx_33_bcf_finance' as source, 'return' as version, period_start, period_end, 'expenditure' as line_type,
        scheme_id as line_id, scheme_name as line_name, source_of_funding, provider as party, scheme_type, scheme_sub_type, area_of_spend,
        commissioner, nhs_share_percent, provider, new_or_existing, planned_gbp, actual_gbp, actual_to, minimum_gbp, maximum_gbp,
        output_unit, output_planned,
        -- Outputs may be people: to the nearest 5; under 5 the extract itself hides them.
        case when output_unit in ('packages', 'placements', 'people') then round(output_actual / 5) * 5 else output_actual
        end::decimal(18, 4) as output_actual,
        output_actual_status, {{ status_of_extract() }} as value_status, release_id, member, source_row
    from {{ ref('stg_lx_33_bcf_finance_expenditure') }}
    {{ newest_of_board(['scheme_id', 'source_of_funding', 'provider']) }}
),

benefits as (
    select
        board_code, 'lx_33_bcf_finance' as source, 'return' as version, period_start, period_end, 'benefit' as line_type,
        scheme_id as line_id, benefit as line_name, benefit_no, kind as benefit_kind, savings_planned_gbp, savings_at_risk_gbp,
        {{ status_of_extract() }} as value_status, release_id, member, source_row
    from {{ ref('stg_lx_33_bcf_finance_benefits') }}
    {{ newest_of_board(['scheme_id', 'benefit_no']) }}
),

statements as (
    select
        *,
        case section when 'finance' then 'table' when 'schemes' then 'narrative' else section end as version,
        case
            when subject = 'scheme' then 'expenditure'
            when role in ('required', 'proposed', 'pooled', 'whole') then 'total'
            else 'income'
        end as line_type
    from {{ ref('stg_bcf_plan_document') }}
    where subject in ('scheme', 'fund') and role <> 'comparison'
),

-- Least and most of a scheme are two statements, and so are what must be pooled and what is.
stated as (
    select
        board_code, 'bcf_plan_document' as source, version, period_start, period_end, line_type, subject_id as line_id,
        min(subject_name) as line_name, min(subject_name) filter (line_type = 'income') as source_of_funding,
        max(value) filter (role in ('proposed', 'proposed_beside', 'income', 'pooled')) as planned_gbp,
        max(value) filter (role = 'required') as required_gbp,
        max(value) filter (role = 'whole') as whole_gbp,
        max(value) filter (role = 'minimum') as minimum_gbp,
        max(value) filter (role = 'maximum') as maximum_gbp,
        string_agg(role || ' ' || coalesce(printed, '(blank)'), '; ' order by statement_no) as printed,
        case when bool_or(value_status <> 'exact') then 'not_available' else 'exact' end as value_status,
        release_id, member, min(source_row) as source_row
    from statements
    group by all
),

lines as (
    select * from income
    union all by name
    select * from expenditure
    union all by name
    select * from benefits
    union all by name
    select * from stated
)

select
    lines.board_code,
    canonical.canonical_code as area_code,
    lines.source,
    lines.version,
    lines.period_start,
    lines.period_end,
    lines.line_type,
    lines.line_id,
    lines.line_name,
    coalesce(lines.source_of_funding, '') as source_of_funding,
    coalesce(lines.party, '') as party,
    codes.feeds,
    lines.scheme_type,
    lines.scheme_sub_type,
    lines.area_of_spend,
    lines.commissioner,
    lines.nhs_share_percent,
    lines.provider,
    lines.new_or_existing,
    lines.planned_gbp,
    lines.actual_gbp,
    lines.actual_to,
    lines.minimum_gbp,
    lines.maximum_gbp,
    lines.required_gbp,
    lines.required_social_care_gbp,
    lines.whole_gbp,
    lines.output_unit,
    lines.output_planned,
    lines.output_actual,
    lines.output_actual_status,
    coalesce(lines.benefit_no, 0)::integer as benefit_no,
    lines.benefit_kind,
    lines.savings_planned_gbp,
    lines.savings_at_risk_gbp,
    lines.printed,
    lines.value_status,
    lines.release_id,
    lines.member,
    lines.source_row
from lines
left join {{ ref('bcf_code') }} as codes
    on codes.code_list = 'source_of_funding' and codes.code = lines.source_of_funding
    and year(lines.period_start) between codes.first_year and coalesce(codes.last_year, 9999)
left join {{ ref('int_area_canonical') }} as canonical
    on canonical.published_code = lines.board_code
    and lines.period_end between canonical.span_from and canonical.span_to
