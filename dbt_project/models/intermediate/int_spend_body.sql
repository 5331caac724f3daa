-- Grain: one row per list of published payments of a body and month: release, body as the list names it, month; with its area.
-- The lists bear names, not codes. A name is that of an organisation or council where both say the same kind and, less what
-- is common to all of a kind, the same words, and one area alone does so on the last day of the month; else the area is null.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with lists as (
    select distinct
        'payments' as table_name, release_id, coalesce(body_name_published, body_part) as body_name,
        list_month_start as month_start, list_month_end as month_end
    from {{ ref('stg_spend_over_25k_payments') }}
    union all
    select distinct 'payment_history', release_id, body_name_published, payment_month_start, last_day(payment_month_start)
    from {{ ref('stg_spend_over_25k_payment_history') }}
),

-- CCGs under their names of the time: since July 2022 the lookups have their codes as sub-ICB locations.
named_by_lookups as (
    select area_code, area_name from {{ ref('int_area_vintage') }}
    where area_type in ('icb', 'ccg', 'lower_tier_local_authority', 'upper_tier_local_authority')
    union
    select ccg_ons_code, ccg_name from {{ ref('stg_ons_ccg_to_stp') }}
    union
    select ccg_ons_code, ccg_name from {{ ref('stg_ons_lsoa_to_ccg') }}
),

named as (
    select named_by_lookups.area_code, named_by_lookups.area_name, area.area_type
    from named_by_lookups
    join {{ ref('int_area') }} as area using (area_code)
    union
    select area_code, area_name, area_type from {{ ref('int_area') }} where area_type in ('trust', 'ccg')
),

names as (
    select distinct area_code, {{ body_kind('area_name', 'area_type') }} as kind, {{ body_words('area_name') }} as words
    from named
),

matched as (
    select lists.body_name, lists.month_end, min(canonical.canonical_code) as area_code
    from (select distinct body_name, month_end from lists) as lists
    join names on names.kind = {{ body_kind('body_name') }} and names.words = {{ body_words('body_name') }}
    join {{ ref('int_area_canonical') }} as canonical
        on canonical.published_code = names.area_code and lists.month_end between canonical.span_from and canonical.span_to
    join {{ ref('int_area') }} as area
        on area.area_code = canonical.canonical_code
        -- A CCG was there before its code became that of a sub-ICB location.
        and (names.kind = 'ccg' or lists.month_end >= coalesce(area.valid_from, lists.month_end))
        and lists.month_end <= coalesce(area.valid_to, lists.month_end)
    group by lists.body_name, lists.month_end
    having count(distinct canonical.canonical_code) = 1
)

select lists.*, matched.area_code, area.area_type
from lists
left join matched using (body_name, month_end)
left join {{ ref('int_area') }} as area using (area_code)
