-- Grain: one row per ICS and priority of its last plan.
select
    priorities.icb_code as icb_ods_code,
    priorities.priority_id,
    priorities.priority,
    coalesce(priorities.determinant, questions.determinant_id) as determinant_id,
    priorities.question_id,
    questions.question,
    priorities.proposition,
    priorities.lead_org_code,
    priorities.period_end as as_at,
    priorities.submitting_org_code,
    priorities.release_id,
    priorities.member,
    priorities.source_row
from {{ ref('stg_lx_26_plan_priorities') }} as priorities
left join {{ ref('transformational_question') }} as questions on questions.question_id = priorities.question_id
