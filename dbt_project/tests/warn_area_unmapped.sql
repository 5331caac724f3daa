-- Codes below the share that the gate leaves their dataset are still lost from every total, and said.
{{ config(severity='warn', meta={
    'dimension': 'consistency',
    'why': 'every published area code is in the dated area dimension (audit.unmapped_area lists the others)',
    'remedy': 'Add the ONS lookup or the register that names them',
}) }}
select * from {{ ref('int_unmapped_area') }}
