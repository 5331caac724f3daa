-- Grain: one row per period that any metric value has.
select distinct
    period_key,
    period_start,
    period_end,
    (period_end - period_start + 1)::integer as days,
    case
        when period_start = period_end then strftime(period_end, '%-d %B %Y')
        when date_trunc('month', period_start) = period_start and last_day(period_start) = period_end
            then strftime(period_start, '%B %Y')
        when month(period_start) = 4 and day(period_start) = 1 and period_end = (period_start + interval 1 year)::date - 1
            then strftime(period_start, '%Y') || '/' || strftime(period_end, '%y')
        else strftime(period_start, '%-d %b %Y') || ' to ' || strftime(period_end, '%-d %b %Y')
    end as period_label
from {{ ref('metric_value') }}
