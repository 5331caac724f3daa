-- One in ten practices in one file and not in another is another place or another time, not practices that opened or closed.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'at least nine in ten practices are in lists, appointments and register alike, day by day',
    'remedy': 'Look at audit.practice_difference; check that the files are of the same months, and the words of status and setting in epraccur',
}) }}
select extract_date, count(*) as practices, count(*) filter (not in_lists) as not_in_lists,
    count(*) filter (not in_register) as not_in_register, count(*) filter (not in_appointments) as not_in_appointments
from {{ ref('int_practice_presence') }}
group by extract_date
having greatest(not_in_lists, not_in_register, not_in_appointments) > 0.1 * practices
