-- Two files of one publisher that count the same thing do not differ by more than a per cent.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'crosstab and regional file, lists and coverage, and lists and printed totals agree to 1% in each area and period (audit.reconciliation lists all)',
    'remedy': 'Look for a part of a release that is missing, or a file of another month',
}) }}
select * from {{ ref('int_reconciliation') }}
where abs(difference) > 0.01 * greatest(abs(ours), abs(theirs))
