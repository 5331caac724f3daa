-- Grain: one row per metric and definition version: how sure we are, and why.
select metric_key, proof_grade, proof from {{ source('catalogue', 'metric') }}
