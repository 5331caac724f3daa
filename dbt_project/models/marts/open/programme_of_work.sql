-- Grain: one row per ICS, programme of work, metric and area that it aims at, of the last plan.
-- metric_key, area_code and the days of the baseline are those of marts.metric_value: the area is the one that was valid on the
-- day of the plan, while a metric value has the one valid at the end of its own period.
with programmes as (
    select * from {{ ref('stg_lx_26_plan_programmes') }}
),

compared as (
    select
        release_id, member, source_row, period_end,
        unnest(string_split(comparison_areas, ';')) as area_code_published
    from programmes
),

comparison as (
    select
        compared.release_id,
        compared.member,
        compared.source_row,
        string_agg(distinct coalesce(canonical.canonical_code, compared.area_code_published), ' '
            order by coalesce(canonical.canonical_code, compared.area_code_published)) as comparison_areas,
        count(*) filter (canonical.canonical_code is null) as comparison_areas_unknown
    from compared
    left join {{ ref('int_area_canonical') }} as canonical
        on canonical.published_code = compared.area_code_published
        and compared.period_end between canonical.span_from and canonical.span_to
    group by all
)

select
    programmes.icb_code as icb_ods_code,
    programmes.programme_id,
    programmes.programme_name,
    programmes.priority_id,
    priority.priority,
    priority.determinant_id,
    priority.question_id,
    programmes.proposition,
    programmes.intervention as intervention_id,
    programmes.metric_id || '.v' || programmes.definition_version as metric_key,
    programmes.metric_id,
    programmes.definition_version::integer as definition_version,
    canonical.canonical_code as area_code,
    programmes.area_code_published,
    programmes.direction,
    programmes.baseline_period_start,
    programmes.baseline_period_end,
    programmes.baseline_value,
    programmes.target_value,
    programmes.target_date,
    comparison.comparison_areas,
    coalesce(comparison.comparison_areas_unknown, 0)::integer as comparison_areas_unknown,
    programmes.lead_org_code,
    programmes.funding_source,
    programmes.funding_gbp,
    programmes.start_date,
    programmes.end_date,
    programmes.status,
    programmes.period_end as as_at,
    programmes.submitting_org_code,
    programmes.release_id,
    programmes.member,
    programmes.source_row
from programmes
left join {{ ref('priority') }} as priority
    on priority.icb_ods_code = programmes.icb_code and priority.priority_id = programmes.priority_id
left join {{ ref('int_area_canonical') }} as canonical
    on canonical.published_code = programmes.area_code_published
    and programmes.period_end between canonical.span_from and canonical.span_to
left join comparison
    on comparison.release_id = programmes.release_id
    and comparison.member = programmes.member
    and comparison.source_row = programmes.source_row
