-- Grain: one row per metric and definition version.
select
    metric_key, metric_id, definition_version::integer as definition_version, metric_name, theme, definition,
    numerator, denominator, unit, direction, method, per, source, proof_grade, proof, caveats,
    geographies, breakdowns, cadence, disclosure, target_value, target_operator, target_by, target_source, needs_dataset, needs_from
from {{ source('catalogue', 'metric') }}
