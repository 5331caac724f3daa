{#
    An internal mart as the open part may show it. The mask `disclosure.<mart>` holds the keys of the cells that may
    not be seen, with the status to show instead; `nulled` names the columns that such a row loses. Everything that is
    computed further from an open mart is computed from what this leaves.
#}
{% macro disclosed(mart, nulled, status=none) %}
{%- set internal = ref(mart ~ '_internal') -%}
{%- set keys = model_key(mart ~ '_internal') -%}
select
    internal.* replace (
        {%- for column in nulled %}
        case when mask.mask_status is null then internal.{{ column }} end as {{ column }},
        {%- endfor %}
        {%- if status %}
        coalesce(mask.mask_status, internal.{{ status }}) as {{ status }}
        {%- else %}
        internal.{{ keys[0] }} as {{ keys[0] }}
        {%- endif %}
    )
from {{ internal }} as internal
left join {{ source('disclosure', mart) }} as mask
    on {% for key in keys %}mask.{{ key }} is not distinct from internal.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
{% endmacro %}

{# The key columns that a model declares in meta.key. #}
{% macro model_key(name) %}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name == name -%}
            {{ return(node.config.meta["key"]) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return(['metric_key']) }}
{% endmacro %}
