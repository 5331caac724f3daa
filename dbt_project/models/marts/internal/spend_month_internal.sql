-- Grain: one row per organisation, ICB, month, supplier_type, supplier_location and influenceable (LX-05, pay left out); before disclosure
-- control. `amount_is_open`: whether the open part may show the figures.
{{ config(alias='spend_month') }}
with summed as (
    select
        org_code as organisation_code,
        icb_code,
        period_start as month_start,
        supplier_type,
        supplier_location,
        influenceable,
        sum(amount_gbp)::decimal(18, 4) as amount_gbp,
        count(*) as payments,
        count(distinct supplier_id) as suppliers,
        min(value_status) as value_status,
        string_agg(distinct release_id, ' ' order by release_id) as release_id
    from {{ ref('int_trust_spend') }}
    group by all
),

-- One or two individuals could read what the other was paid, or be known by what they were.
judged as (
    select *, supplier_type = 'individual' and suppliers < {{ least_people() }} as is_few
    from summed
),

-- What is hidden could be had from the sum of its place, or of what can be influenced (es_09.v4, es_10), where it is hidden
-- alone: the next smallest of both is hidden with it.
beside as (
    select
        *,
        {%- for whole in ['supplier_location', 'influenceable'] %}
        coalesce(sum(suppliers) filter (is_few) over of_{{ whole }}, 0) between 1 and {{ least_people() }} - 1
            and 1 = row_number() over (
                partition by organisation_code, month_start, {{ whole }}, is_few
                order by suppliers, supplier_type, supplier_location, influenceable, icb_code
            ) as hides_{{ whole }},
        {%- endfor %}
    from judged
    window
        of_supplier_location as (partition by organisation_code, month_start, supplier_location),
        of_influenceable as (partition by organisation_code, month_start, influenceable)
)

select
    organisation_code,
    icb_code,
    month_start,
    supplier_type,
    supplier_location,
    influenceable,
    amount_gbp,
    payments,
    suppliers,
    not (is_few or hides_supplier_location or hides_influenceable) as amount_is_open,
    value_status,
    release_id
from beside
