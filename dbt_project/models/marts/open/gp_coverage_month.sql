-- Grain: one row per sub-ICB location and month; after disclosure control.
{{ config(materialized='view') }}
{{ disclosed('gp_coverage_month', nulled=['included_practices', 'open_practices', 'patients_included', 'patients_open']) }}
