-- Grain: one row per practice, month, breakdown_type and breakdown_value; after disclosure control.
{{ config(materialized='view') }}
{{ disclosed('gp_appointments_practice_month', nulled=['appointments', 'list_size']) }}
