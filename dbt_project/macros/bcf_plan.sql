{#
    Plans of the Better Care Fund: what their figures give, and how lines of money from a document and from a return become one.
#}

{# Value, limits and whether the plan's own value is what its parts give, of rows with unit, numerator, denominator, value_stated,
   lower_stated, upper_stated and value_status. A value without parts has the limits that the plan states, or none. #}
{% macro plan_figure_values() -%}
        case when {{ _has_parts() }} then
            case unit
                when 'percent' then {{ percentage('numerator', 'denominator') }}
                when 'per 100,000' then {{ ratio('numerator', 'denominator', 100000) }}
            end
            when unit = 'count' then numerator::double
        end as value_recomputed,
        {%- for side in ['lower', 'upper'] %}
        case when {{ _has_parts() }} then
            case unit
                when 'percent' then {{ wilson_lower('numerator', 'denominator', z_95()) if side == 'lower' else wilson_upper('numerator', 'denominator', z_95()) }}
                when 'per 100,000' then {{ rate_lower('numerator', 'denominator', 100000, '95') if side == 'lower' else rate_upper('numerator', 'denominator', 100000, '95') }}
            end
            when unit = 'count' then {{ count_lower('numerator', '95') if side == 'lower' else count_upper('numerator', '95') }}
            else {{ side }}_stated::double
        end as {{ side }}_95{{ ',' if side == 'lower' }}
        {%- endfor %}
{%- endmacro %}

{% macro _has_parts() -%}
    (numerator is not null and denominator > 0 and unit in ('percent', 'per 100,000'))
{%- endmacro %}

{# The newest of what several hand over of one thing, by the key of a board's line; `columns` as in newest_extract. #}
{% macro newest_of_board(columns) -%}
    {{ newest_extract(['board_code'] + columns) }}
{%- endmacro %}

{# A decimal without the noughts that its scale adds: 180 for 180.0000. #}
{% macro plain_number(value) -%}
    rtrim(rtrim(({{ value }})::decimal(18, 4)::varchar, '0'), '.')
{%- endmacro %}
