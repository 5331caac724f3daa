-- Restated months make two files of one publisher differ by a little: said, not stopped.
{{ config(severity='warn', meta={
    'dimension': 'consistency',
    'why': 'crosstab and regional file, lists and coverage, and lists and printed totals are equal in each area and period',
    'remedy': 'Compare the days of publication in audit.release: a later release restates earlier months',
}) }}
select * from {{ ref('int_reconciliation') }} where difference <> 0
