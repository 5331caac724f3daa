-- Grain: one row per organisation code: general practices, prescribing cost centres, primary care networks, trusts and commissioners.
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
),

current_system_of_trust as (
    select part_of.area_code as trust_code, part_of.parent_code as icb_code
    from {{ ref('int_area_part_of') }} as part_of
    join {{ ref('int_organisation') }} as trust on trust.organisation_code = part_of.area_code and trust.organisation_type = 'trust'
    where part_of.span_to = date '9999-12-31'
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
    coalesce(current_system.icb_code, current_system_of_trust.icb_code) as icb_code,
    postcodes.lsoa_code,
    postcodes.council_code,
    organisation.origin,
    organisation.named_by
from {{ ref('int_organisation') }} as organisation
left join current_network on current_network.practice_code = organisation.organisation_code
left join current_system on current_system.practice_code = organisation.organisation_code
left join current_system_of_trust on current_system_of_trust.trust_code = organisation.organisation_code
left join {{ ref('stg_ons_nspl') }} as postcodes on postcodes.postcode = organisation.postcode
left join current_area on current_area.practice_code = organisation.organisation_code
