-- The ICB that the publisher prints beside a sub-ICB location is the one our lookups say, reissued codes followed.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'the publisher and the ONS lookup put every sub-ICB location in the same ICB',
    'remedy': 'Add the lookup of the year in which the boundary moved',
}) }}
with printed as (
    select distinct area_code, icb_code_published, last_day(appointment_month) as month_end
    from {{ ref('gp_appointments_month_internal') }}
)
select printed.*
from printed
left join {{ ref('int_area_canonical') }} as canonical
    on canonical.published_code = printed.icb_code_published
    and printed.month_end between canonical.span_from and canonical.span_to
left join {{ ref('int_area_part_of') }} as part_of
    on part_of.area_code = printed.area_code
    and printed.month_end between part_of.span_from and part_of.span_to
where canonical.canonical_code is distinct from part_of.parent_code
