{# The type of an area, from its code: the GSS entity prefix, or `local:` for a place that an ICS defines. #}
{% macro area_type_of(code) -%}
    case
        when {{ code }} like 'local:%:country' then 'country'
        when {{ code }} like 'local:%:tcp-%' then 'tcp'
        when {{ code }} like 'local:%' then 'place'
        else coalesce((select any_value(e.area_type) from {{ ref('gss_entity') }} as e where e.prefix = left({{ code }}, 3)), 'other')
    end
{%- endmacro %}
