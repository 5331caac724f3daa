{#
    What a small area of home says of its people, joined as `home`: multiple deprivation of the newest indices held, national
    deciles. LSOAs of 2021 that the indices do not know have neither quintile nor Core20, and their people stand in no group of
    these kinds.
#}
{% macro of_home(columns) -%}
    {%- set groups = dict(columns) -%}
    {%- do groups.update({'imd_quintile': 'home.quintile', 'core20': core20('home.decile')}) -%}
    {{ breakdowns(groups) }}
{%- endmacro %}

{# The staff groups of the workforce statistics that divide its total; all others are parts of these. The last has two names. #}
{% macro main_staff_groups() -%}
    'Professionally qualified clinical staff', 'Support to clinical staff', 'NHS infrastructure support',
    'Other staff or those with unknown classification', 'Unknown classification'
{%- endmacro %}
