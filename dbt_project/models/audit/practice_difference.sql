-- Grain: one row per practice and day of the lists on which lists, appointments and register do not all have it.
select presence.*, organisation.organisation_name
from {{ ref('int_practice_presence') }} as presence
left join {{ ref('int_organisation') }} as organisation on organisation.organisation_code = presence.practice_code
where not (in_lists and coalesce(in_register, true) and coalesce(in_appointments, true))
