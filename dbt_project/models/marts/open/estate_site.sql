-- Grain: one row per trust, site and financial year of ERIC; after disclosure control.
{{ config(materialized='view') }}
{{ disclosed('estate_site', nulled=[]) }}
