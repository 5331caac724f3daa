-- Grain: one row per ICB, place, financial year and payer; payer all is every public body together.
with lines as (
    select * from {{ ref('stg_lx_16_place_pound') }}
    qualify row_number() over (
        partition by icb_code, period_start, payer_type, budget_line, place_code
        order by supplied_at desc, version desc, extract_id, release_id, member, source_row
    ) = 1
),

payers as (
    select *, payer_type as payer from lines
    union all
    select *, 'all' as payer from lines
),

totals as (
    select
        icb_code as icb_ods_code, place_code, period_start, period_end, payer,
        sum(gbp)::decimal(18, 4) as spend_gbp,
        coalesce(sum(gbp) filter (pooled), 0)::decimal(18, 4) as pooled_gbp,
        coalesce(sum(gbp) filter (allocation_method = 'direct'), 0)::decimal(18, 4) as direct_gbp,
        count(*) as lines,
        case when bool_or(data_status <> 'actual') then 'estimated' else 'exact' end as value_status,
        string_agg(distinct release_id, ' ' order by release_id) as release_id
    from payers
    group by all
),

residents as (
    select area_code, reference_date, sum(population)::decimal(18, 4) as population, 'residents' as population_kind
    from {{ ref('int_area_population') }}
    where sex = 'persons'
    group by area_code, reference_date
),

patients as (
    select
        ancestors.ancestor_code as area_code, value.period_end as reference_date, sum(value.numerator)::decimal(18, 4) as population,
        'registered patients' as population_kind
    from {{ ref('metric_value') }} as value
    join {{ ref('int_area_ancestor') }} as ancestors
        on ancestors.area_code = value.area_code and value.period_end between ancestors.span_from and ancestors.span_to
    where value.metric_key = 'pc_50.v1' and value.area_type = 'pcn' and value.breakdown_type = 'none' and value.numerator is not null
      and ancestors.ancestor_code in (select place_code from totals)
    group by ancestors.ancestor_code, value.period_end
),

-- Residents where the estimates have the place, patients of its networks else; of the last day up to the end of the year, the first after
-- it where none is held.
populations as (
    select
        totals.place_code, totals.period_end, people.population, people.population_kind, people.reference_date
    from (select distinct place_code, period_end from totals) as totals
    join (select * from residents union all select * from patients) as people on people.area_code = totals.place_code
    qualify row_number() over (
        partition by totals.place_code, totals.period_end
        order by
            people.population_kind desc, people.reference_date <= totals.period_end desc,
            abs(date_diff('day', people.reference_date, totals.period_end)), people.reference_date
    ) = 1
)

select
    totals.icb_ods_code,
    totals.place_code,
    canonical.canonical_code as area_code,
    totals.period_start,
    totals.period_end,
    totals.payer,
    totals.spend_gbp,
    totals.pooled_gbp,
    {{ percentage('totals.pooled_gbp', 'totals.spend_gbp') }} as pooled_percent,
    totals.direct_gbp,
    {{ percentage('totals.direct_gbp', 'totals.spend_gbp') }} as direct_percent,
    totals.lines,
    populations.population,
    populations.population_kind,
    populations.reference_date as population_on,
    {{ ratio('totals.spend_gbp', 'populations.population', 1) }} as gbp_per_head,
    totals.value_status,
    totals.release_id
from totals
left join populations using (place_code, period_end)
left join {{ ref('int_area_canonical') }} as canonical
    on canonical.published_code = totals.place_code
    and totals.period_end between canonical.span_from and canonical.span_to
