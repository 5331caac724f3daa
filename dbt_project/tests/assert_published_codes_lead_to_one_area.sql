-- A code that led to two areas on a day would count its figures twice.
{{ config(meta={
    'dimension': 'uniqueness',
    'why': 'a published area code, whichever scheme it is of, leads to at most one area on a day',
    'remedy': 'Look at int_area_canonical: two areas bear one ODS code on the same days, or a change in seeds/area_event.csv stands twice',
}) }}
select published_code, canonical_code, span_from, span_to
from {{ ref('int_area_canonical') }}
qualify span_from <= lag(span_to) over (partition by published_code order by span_from, span_to)
