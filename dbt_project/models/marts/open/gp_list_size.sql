-- Grain: one row per practice, day of the extract, sex and age band; after disclosure control.
{{ config(materialized='view') }}
{{ disclosed('gp_list_size', nulled=['patients']) }}
