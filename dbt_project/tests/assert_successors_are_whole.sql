-- What a predecessor hands on is one whole, and leads to areas that the dimension knows.
{{ config(meta={
    'dimension': 'consistency',
    'why': 'the weights of an area that ended add up to 1 where they are known, and each of its successors is an area',
    'remedy': 'Look at int_area_event and at the lookup or register that it names as its source',
}) }}
select old_code, event_date, sum(weight) as handed_on, count(*) as successors
from {{ ref('int_area_event') }}
group by all
having (count(*) = count(weight) and abs(sum(weight) - 1) > 0.00001)
    or (count(*) filter (method <> 'split' and method <> 'best_fit') > 0 and count(*) > 1)
union all
select old_code, event_date, null, count(*)
from {{ ref('int_area_event') }}
where new_code not in (select area_code from {{ ref('int_area') }}) or old_code not in (select area_code from {{ ref('int_area') }})
group by all
