-- Grain: one row per board, source, plan, metric, role (baseline, target, actual, comparison) and period; before disclosure control.
-- What a plan states stands beside what its parts give; neither replaces the other.
{{ config(alias='bcf_plan_figure') }}
with submitted as (
    select
        board_code, 'lx_32_bcf_plan' as source, period_start as plan_start, metric, definition_version::integer as definition_version,
        metric_name, role, of_period_start as period_start, of_period_end as period_end, of_period_type as period_type, direction, unit,
        numerator, denominator, value_stated, lower_stated, upper_stated, least_change, payment_due, payment_gbp, payment_rule,
        null::varchar as printed,
        case
            when numerator_status = 'suppressed' then 'suppressed'
            when coalesce(value_stated, numerator) is null then 'missing'
            else {{ status_of_extract() }}
        end as value_status,
        release_id, member, source_row
    from {{ ref('stg_lx_32_bcf_plan') }}
    {{ newest_of_board(['metric', 'role', 'of_period_start', 'of_period_end']) }}
),

statements as (
    select statements.*, release.period_start as plan_start
    from {{ ref('stg_bcf_plan_document') }} as statements
    join {{ source('catalogue', 'release') }} as release using (release_id)
    where statements.subject = 'metric'
),

stated as (
    select
        figure.board_code, 'bcf_plan_document' as source, figure.plan_start, figure.subject_id as metric, figure.definition_version,
        figure.subject_name as metric_name, figure.role, figure.period_start, figure.period_end, figure.period_type, figure.direction,
        figure.unit, figure.numerator, figure.denominator, figure.value as value_stated, null::decimal(18, 4) as lower_stated,
        null::decimal(18, 4) as upper_stated,
        -- What the plan calls a significant change stands by itself, and is asked of its target.
        case when figure.role = 'target' then least.value end as least_change,
        null::date as payment_due, null::decimal(18, 4) as payment_gbp, null::varchar as payment_rule, figure.printed,
        case when figure.value_status = 'exact' then 'exact' else 'missing' end as value_status,
        figure.release_id, figure.member, figure.source_row
    from statements as figure
    left join statements as least
        on least.release_id = figure.release_id and least.subject_id = figure.subject_id and least.role = 'least_change'
    where figure.role <> 'least_change'
),

figures as (
    select * from submitted
    union all by name
    select * from stated
),

valued as (
    select *, {{ plan_figure_values() }} from figures
)

select
    valued.board_code,
    canonical.canonical_code as area_code,
    valued.source,
    valued.plan_start,
    valued.metric,
    valued.definition_version,
    case when valued.definition_version is not null then valued.metric || '.v' || valued.definition_version end as metric_key,
    valued.metric_name,
    valued.role,
    valued.period_start,
    valued.period_end,
    valued.period_type,
    valued.direction,
    valued.unit,
    valued.numerator,
    valued.denominator,
    valued.printed,
    valued.value_stated,
    valued.value_recomputed,
    {{ agrees('valued.value_recomputed', 'valued.value_stated', "'exact'") }} as recompute_ok,
    valued.lower_95,
    valued.upper_95,
    valued.lower_stated,
    valued.upper_stated,
    valued.least_change,
    valued.payment_due,
    valued.payment_gbp,
    valued.payment_rule,
    valued.value_status,
    valued.release_id,
    valued.member,
    valued.source_row
from valued
left join {{ ref('int_area_canonical') }} as canonical
    on canonical.published_code = valued.board_code
    and valued.period_end between canonical.span_from and canonical.span_to
