{# The provider of a row: the number of eight digits in brackets behind its name, and the name without it. #}
{% macro dfe_provider() -%}
        nullif(regexp_extract(provider_name, '\(([0-9]{8})\)$', 1), '') as ukprn,
        regexp_replace(provider_name, ' \([0-9]{8}\)$', '') as provider_name
{%- endmacro %}

{# The academic year as published, its first and last day, and whether it is told in part: "2025/26 (Aug to Apr)". #}
{% macro dfe_academic_year() -%}
        academic_year,
        make_date(left(academic_year, 4)::integer, 8, 1) as period_start,
        make_date(left(academic_year, 4)::integer + 1, 7, 31) as year_end,
        academic_year like '%(%' as is_part_year
{%- endmacro %}
