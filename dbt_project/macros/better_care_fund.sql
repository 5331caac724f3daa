{# What the records of the Better Care Fund share. #}

{# The first day of the financial year, April to March, that a day lies in. #}
{% macro financial_year_of(day) -%}
    make_date(year({{ day }}) - (month({{ day }}) < 4)::integer, 4, 1)
{%- endmacro %}
