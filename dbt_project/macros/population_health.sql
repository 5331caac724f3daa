{# What the indicators of population health share: cells of a local extract, the areas of a service, and bands of age. #}

{# What a cell of a local extract gives to a sum: what is known. A hidden one gives nothing, and its status says so. #}
{% macro known_of(measure) %}coalesce({{ measure }}, 0){% endmacro %}

{# How sure a figure of a local extract is: the status of its cells, then what its submitter says of the row. #}
{% macro status_of(measures, data_status='data_status') -%}
    case
        {%- for measure in measures %}
        when {{ measure }}_status <> 'exact' then {{ measure }}_status
        {%- endfor %}
        when {{ data_status }} <> 'actual' then 'estimated'
        else 'exact'
    end
{%- endmacro %}

{# Records of a service of an ICS, each there for the ICS and for the council that it serves. #}
{% macro at_icb_and_council(relation) -%}
    select *, icb_code as area_code_published, 'icb' as geographies from {{ relation }}
    union all by name
    select *, utla_code as area_code_published, 'upper_tier_local_authority' as geographies from {{ relation }}
{%- endmacro %}

{# The five-year band of an age of 16 to 64, as LX-09 has them: the first is of four years. #}
{% macro working_age_band(age) -%}
    case when {{ age }} < 20 then '16-19' else (5 * ({{ age }} // 5)) || '-' || (5 * ({{ age }} // 5) + 4) end
{%- endmacro %}

{# What kind of period two days make, of those that publications of mental health state. #}
{% macro period_type_of(first_day, last_day) -%}
    case datediff('month', {{ first_day }}, {{ last_day }}) + 1
        when 1 then 'month'
        when 3 then case when month({{ first_day }}) % 3 = 1 then 'quarter' else 'interval' end
        when 12 then 'rolling_12_months'
        else 'interval'
    end
{%- endmacro %}
