-- Grain: one row per payment of an organisation that is not pay (LX-05), with where its supplier is.
-- `supplier_location`: by the small area of the supplier, else by a postcode sector that lies in one ICB whole; what neither
-- tells is not known. The ICS is the one that the extract names, both as they are on the day of payment.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with payments as (
    select * from {{ ref('stg_lx_05_trust_spend') }} where exclusion_reason <> 'pay'
),

canonical as (
    select * from {{ ref('int_area_canonical') }}
),

icb_of_lsoa as (
    select ancestors.area_code as lsoa_code, ancestors.ancestor_code as icb_ons_code, ancestors.span_from, ancestors.span_to
    from {{ ref('int_area_ancestor') }} as ancestors
    join {{ ref('int_area') }} as area on area.area_code = ancestors.ancestor_code and area.area_type = 'icb'
    where ancestors.area_code in (select supplier_lsoa_code from payments)
),

-- Ended postcodes left out: what a sector was split into later says more than what it once held.
icb_of_sector as (
    select left(postcode, length(postcode) - 2) as postcode_sector, min(icb_ons_code) as icb_ons_code
    from {{ ref('stg_ons_nspl') }}
    where terminated is null and icb_ons_code is not null
      and left(postcode, length(postcode) - 2) in (select supplier_postcode_sector from payments)
    group by postcode_sector
    having count(distinct icb_ons_code) = 1
),

placed as (
    select
        payments.*,
        own.canonical_code as own_icb,
        case
            -- A small area of Wales is in no ICB.
            when left(payments.supplier_lsoa_code, 1) = 'W' then 'Wales'
            else coalesce(icb_of_lsoa.icb_ons_code, of_sector.canonical_code, icb_of_sector.icb_ons_code)
        end as supplier_icb
    from payments
    left join canonical as own
        on own.published_code = payments.icb_code and payments.payment_date between own.span_from and own.span_to
    left join icb_of_lsoa
        on icb_of_lsoa.lsoa_code = payments.supplier_lsoa_code
        and payments.payment_date between icb_of_lsoa.span_from and icb_of_lsoa.span_to
    left join icb_of_sector on icb_of_sector.postcode_sector = payments.supplier_postcode_sector
    left join canonical as of_sector
        on of_sector.published_code = icb_of_sector.icb_ons_code
        and payments.payment_date between of_sector.span_from and of_sector.span_to
)

select
    * exclude (own_icb, supplier_icb),
    case
        when supplier_icb is null or own_icb is null then 'not known'
        when supplier_icb = own_icb then 'within the ICS'
        else 'elsewhere'
    end as supplier_location,
    supplier_type in ('vcse', 'sme') or owner_flags not in ('none', 'unknown') as is_target_group,
    {{ status_of_extract() }} as value_status
from placed
