{# The first day of a month that is told by its name and by the first day of its financial year, April to March. #}
{% macro month_of_financial_year(month_name, financial_year_start) -%}
    make_date(year({{ financial_year_start }}) + ({{ month_name }} in ('January', 'February', 'March'))::integer, month(strptime({{ month_name }}, '%B')), 1)
{%- endmacro %}

{#
    The local authority that a row of delayed days is of, as published. A dash stands where there is no code: England,
    which is a total. Codes that begin with 99 stand for residents of Wales, Scotland or elsewhere.
#}
{% macro dtoc_local_authority() -%}
        nullif(region, '-') as region,
        nullif(ons_code, '-') as area_ons_code_published,
        nullif(code, '-') as area_code_published,
        name as area_name_published,
        code = '-' as is_total,
        code like '99%' as is_elsewhere
{%- endmacro %}
