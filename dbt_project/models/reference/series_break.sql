-- Grain: one row per break in a series: a metric, the day from which it is another, and what changed.
select break_id, metric_key, source, break_day, kind, changes_level, what_changed, stated_in
from {{ ref('series_break_stated') }}
