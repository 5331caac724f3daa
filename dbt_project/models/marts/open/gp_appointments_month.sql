-- Grain: one row per sub-ICB location, month, status, professional, mode and time from booking; after disclosure control.
{{ config(materialized='view') }}
{{ disclosed('gp_appointments_month', nulled=['appointments']) }}
