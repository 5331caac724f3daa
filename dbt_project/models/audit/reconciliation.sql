-- Grain: one row per comparison, area and period of two files that should agree.
select * from {{ ref('int_reconciliation') }}
