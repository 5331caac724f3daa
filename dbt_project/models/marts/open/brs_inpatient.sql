-- Grain: as metric_value, for the metrics of one theme.
{{ config(materialized='view') }}
{{ view_of_theme('brs_inpatient') }}
