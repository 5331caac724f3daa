-- Grain: one row per organisation, financial year, kind of line and its parts; after disclosure control.
{{ config(materialized='view') }}
{{ disclosed('travel_carbon', nulled=['trips', 'miles', 'vehicles', 'tco2e'], status='value_status') }}
