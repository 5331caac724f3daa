{#
    Who volunteers and in which areas they count (es_22, es_24). A person counts once in an organisation, and once in its ICS
    whatever organisations they volunteer with: two counts, so that a person stands once for each kind of area.
#}

{% macro characteristics() -%}
    {{ return(['sex', 'age_band', 'ethnicity5', 'disability', 'religion', 'sexual_orientation', 'marital_status',
               'pregnancy_maternity', 'gender_reassignment']) }}
{%- endmacro %}

{# Pairs of a characteristic and its value, as in macro `breakdowns`. #}
{% macro by_characteristics() -%}
    {%- set columns = {} -%}
    {%- for name in characteristics() -%}{%- do columns.update({name: name}) -%}{%- endfor -%}
    {{ breakdowns(columns) }}
{%- endmacro %}

{# Whether the quintiles that an activity tells are no more than its total. Where they are, the file contradicts itself and the total
   alone counts. #}
{% macro quintiles_fit() -%}
    (coalesce(told.participated, 0) <= totals.participated
        and coalesce(told.invited_known, 0) <= coalesce(totals.invited_known, told.invited_known, 0)
        and coalesce(totals.invited_known, 0) - coalesce(told.invited_known, 0)
            >= case when totals.invited_known is not null then totals.participated - coalesce(told.participated_of_invited, 0) else 0 end)
{%- endmacro %}
