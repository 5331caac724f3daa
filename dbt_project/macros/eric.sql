{#
    What an item of ERIC holds, in a query of `source`: a figure, an answer, or why there is neither.
    Columns: value_published, value, value_status.
#}
{% macro eric_value() -%}
        source.value as value_published,
        case when source.unit not in ('Yes/No', 'Yes/No/None', 'Select') then try_cast(replace(source.value, ',', '') as decimal(18, 4)) end as value,
        case
            when source.value is null then 'missing'
            when source.value = 'Not Applicable' then 'not_applicable'
            when source.value = 'No Data Provided' then 'not_available'
            else 'exact'
        end as value_status
{%- endmacro %}
