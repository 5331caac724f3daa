-- Grain: one row per organisation code: general practices, prescribing cost centres and primary care networks.
with current_network as (
    select practice_code, pcn_code from {{ ref('int_practice_network') }} where span_to = date '9999-12-31'
),

current_area as (
    select practice.practice_code, canonical.canonical_code as sub_icb_location_code
    from {{ ref('int_practice_area') }} as practice
    join {{ ref('int_area_canonical') }} as canonical
        on canonical.published_code = practice.area_code_published and canonical.span_to = date '9999-12-31'
    where practice.span_to = date '9999-12-31' and practice.kind = 'location'
),

current_system as (
    select practice.practice_code, canonical.canonical_code as icb_code
    from {{ ref('int_practice_area') }} as practice
    join {{ ref('int_area_canonical') }} as canonical
        on canonical.published_code = practice.area_code_published and canonical.span_to = date '9999-12-31'
    where practice.span_to = date '9999-12-31' and practice.kind = 'system'
)

select
    organisation.organisation_code,
    organisation.organisation_name,
    organisation.organisation_type,
    organisation.status,
    organisation.prescribing_setting,
    organisation.open_date,
    organisation.close_date,
    organisation.postcode,
    current_network.pcn_code,
    current_area.sub_icb_location_code,
    current_system.icb_code,
    organisation.origin,
    organisation.named_by
from {{ ref('int_organisation') }} as organisation
left join current_network on current_network.practice_code = organisation.organisation_code
left join current_system on current_system.practice_code = organisation.organisation_code
left join current_area on current_area.practice_code = organisation.organisation_code
