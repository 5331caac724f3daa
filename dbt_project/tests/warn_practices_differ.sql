-- Practices that open or close are in one file before the other: said, not stopped.
{{ config(severity='warn', meta={
    'dimension': 'consistency',
    'why': 'lists, appointments and register have the same practices (audit.practice_difference lists those that they do not)',
    'remedy': 'Compare the days of the three files; a practice that stays in one of them only is a question to its publisher',
}) }}
select practice_code, extract_date from {{ ref('int_practice_presence') }}
where not (in_lists and coalesce(in_register, true) and coalesce(in_appointments, true))
