-- Grain: one row per ICS, programme of work and question of the checklist: all ten questions, answered or not.
with programmes as (
    select icb_ods_code, programme_id, min(programme_name) as programme_name
    from {{ ref('programme_of_work') }}
    group by icb_ods_code, programme_id
)

select
    programmes.icb_ods_code,
    programmes.programme_id,
    programmes.programme_name,
    questions.question_id,
    questions.position,
    questions.question,
    coalesce(answers.answer, 'unanswered') as answer,
    answers.evidence_reference,
    answers.answered_on,
    answers.release_id,
    answers.member,
    answers.source_row
from programmes
cross join {{ ref('checklist_question') }} as questions
left join {{ ref('stg_lx_28_checklist') }} as answers
    on answers.icb_code = programmes.icb_ods_code
    and answers.programme_id = programmes.programme_id
    and answers.question_id = questions.question_id
