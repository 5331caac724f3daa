-- Grain: one row per policy year, edition of its guidance and metric asked for; a year without metrics has one row without a metric.
select
    policy_year,
    make_date(left(policy_year, 4)::integer, 4, 1) as financial_year_start,
    edition,
    case when metric_id is not null then metric_id || '.v' || definition_version end as metric_key,
    metric_id,
    definition_version,
    role,
    verified = 'yes' as is_verified,
    source
from {{ ref('bcf_metric_set_of_year') }}
