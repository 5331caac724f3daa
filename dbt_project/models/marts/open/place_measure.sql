-- Grain: one row per row of a local extract of place measures; after disclosure control.
{{ disclosed('place_measure', nulled=['numerator', 'denominator', 'value_published', 'lower_95', 'upper_95'],
    status='value_status') }}
