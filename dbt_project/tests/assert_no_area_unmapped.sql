-- A published code that no area answers to would silently leave its figures out of every total.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'every published area code is in the dated area dimension (audit.unmapped_area lists the others)',
    'remedy': 'Add the ONS lookup that names them: ics-marts add <the LOC.._ICB.._NHSER.. file>',
}) }}
select * from {{ ref('int_unmapped_area') }}
