-- Grain: one row per board, source, risk and version of the register (the day or month that it is of).
with submitted as (
    select
        board_code, 'lx_34_bcf_risk' as source, risk_id, period_end as version_date, category, risk, consequence, mitigation, owner_role,
        probability::integer as probability, impact::integer as impact, status, release_id, member, source_row
    from {{ ref('stg_lx_34_bcf_risk') }}
    {{ newest_of_board(['risk_id']) }}
),

-- A risk of a document is five statements.
stated as (
    select
        board_code, 'bcf_plan_document' as source, subject_id as risk_id, period_end as version_date,
        max(printed) filter (role = 'category') as category, min(subject_name) as risk,
        max(printed) filter (role = 'consequence') as consequence, max(printed) filter (role = 'controls') as mitigation,
        null::varchar as owner_role, (max(value) filter (role = 'probability'))::integer as probability,
        (max(value) filter (role = 'impact'))::integer as impact, 'open' as status, release_id, member, min(source_row) as source_row
    from {{ ref('stg_bcf_plan_document') }}
    where subject = 'risk'
    group by all
),

scored as (
    select *, probability * impact as score
    from (select * from submitted union all by name select * from stated)
),

moved as (
    select
        *,
        lag(version_date) over of_a_risk as previous_version,
        lag(score) over of_a_risk as previous_score,
        lag(probability) over of_a_risk as previous_probability,
        lag(impact) over of_a_risk as previous_impact,
        min(version_date) over (partition by board_code, source) as first_version
    from scored
    window of_a_risk as (partition by board_code, source, risk_id order by version_date)
)

select
    moved.board_code,
    canonical.canonical_code as area_code,
    moved.source,
    moved.risk_id,
    moved.version_date,
    moved.category,
    moved.risk,
    moved.consequence,
    moved.mitigation,
    moved.owner_role,
    moved.probability,
    moved.impact,
    moved.score,
    moved.status,
    moved.previous_version,
    moved.previous_probability,
    moved.previous_impact,
    moved.previous_score,
    moved.score - moved.previous_score as change,
    case
        when moved.status = 'closed' then 'closed'
        when moved.previous_score is null and moved.version_date = moved.first_version then 'first_version'
        when moved.previous_score is null then 'new'
        when moved.score > moved.previous_score then 'up'
        when moved.score < moved.previous_score then 'down'
        else 'same'
    end as movement,
    moved.release_id,
    moved.member,
    moved.source_row
from moved
left join {{ ref('int_area_canonical') }} as canonical
    on canonical.published_code = moved.board_code
    and moved.version_date between canonical.span_from and canonical.span_to
