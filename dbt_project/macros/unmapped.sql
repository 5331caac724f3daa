{#
    The rows of a relation by published area code where none answers to it: dataset, area_code_published, source_rows,
    first_period_start, last_period_end, dataset_rows. `mapped` is the condition under which an area answers.
#}
{% macro unmapped(dataset, relation, code, mapped, first_day, last_day, where='true') -%}
select
    '{{ dataset }}' as dataset, {{ code }} as area_code_published, count(*) as source_rows,
    min({{ first_day }})::date as first_period_start, max({{ last_day }})::date as last_period_end,
    (select count(*) from {{ relation }} where {{ where }}) as dataset_rows
from {{ relation }}
where {{ where }} and not ({{ mapped }})
group by {{ code }}
{%- endmacro %}
