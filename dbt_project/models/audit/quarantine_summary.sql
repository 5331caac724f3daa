-- Grain: one row per release and contract rule that rows of it broke.
select * from {{ source('catalogue', 'quarantine_summary') }}
