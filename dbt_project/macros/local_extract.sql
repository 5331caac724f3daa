{#
    Who handed a local extract over, when, in which version, and the days that its rows are about. One macro for each
    way in which a template tells those days: a period that the extract states itself, a month, the day of a snapshot.
    Columns: extract_id, submitting_org_code, icb_code, period_start, period_end, period_type, supplied_at, version,
    data_status.
#}
{% macro submitted_for_period() -%}
    {%- call _submitted() -%}
        period_start,
        period_end,
        period_type
    {%- endcall -%}
{%- endmacro %}

{% macro submitted_for_month(month) -%}
    {%- call _submitted() -%}
        {{ month }} as period_start,
        last_day({{ month }}) as period_end,
        'month' as period_type
    {%- endcall -%}
{%- endmacro %}

{% macro submitted_as_at(day) -%}
    {%- call _submitted() -%}
        {{ day }} as period_start,
        {{ day }} as period_end,
        'snapshot' as period_type
    {%- endcall -%}
{%- endmacro %}

{% macro _submitted() -%}
        extract_id,
        submitting_org_ods as submitting_org_code,
        icb_ods as icb_code,
        {{ caller() }},
        supplied_at,
        version,
        data_status
{%- endmacro %}

{# The domain and key of a pseudonym, all of it up to the last colon: only people of one domain can be linked. #}
{% macro person_domain(person) -%}
    regexp_extract({{ person }}, '^(.*:)[^:]*$', 1)
{%- endmacro %}

{# A figure that its submitter does not call actual is an estimate. #}
{% macro status_of_extract() -%}
    case data_status when 'actual' then 'exact' else 'estimated' end
{%- endmacro %}
