-- Grain: one row per metric_id, definition_version, area_code, period_start, period_end, breakdown_type,
-- breakdown_value and source; after disclosure control.
{{ disclosed('metric_value', nulled=['numerator', 'denominator', 'value', 'lower_95', 'upper_95', 'lower_998',
    'upper_998', 'value_published', 'recompute_ok'], status='value_status') }}
