-- Grain: one row per ICS, round of the relationship audit, partner and dimension; never an answer.
-- LX-29 promises a least count: of fewer than five answers nothing is shown, nor of the partner's next dimension where the
-- hidden ones could be had by subtraction from a total that the partner or the ICS gives elsewhere.
with counted as (
    select
        icb_code as icb_ods_code,
        period_end as as_at,
        partner_id,
        min(partner_name) as partner_name,
        dimension,
        count(*) as answers,
        sum(score)::decimal(18, 4) as score_sum,
        string_agg(distinct release_id, ' ' order by release_id) as release_id
    from {{ ref('stg_lx_29_partner_views') }}
    group by icb_code, period_end, partner_id, dimension
),

judged as (
    select
        *,
        {{ people_below('answers', ['icb_ods_code', 'as_at', 'partner_id'], 'dimension') }} as answers_below
    from counted
),

shown as (
    select *, {{ enough_people('answers', 'answers_below') }} as is_shown from judged
)

select
    icb_ods_code,
    as_at,
    partner_id,
    partner_name,
    dimension,
    case when is_shown then answers end as answers,
    case when is_shown then score_sum end as score_sum,
    case when is_shown then round(score_sum::double / answers, 10) end as mean_score,
    case when is_shown then 'exact' else 'suppressed' end as value_status,
    release_id
from shown
