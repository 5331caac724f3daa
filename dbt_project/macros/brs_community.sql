{#
    How records of reviews, registers and packages give to metrics. What belongs here: the periods that extracts of months make, and
    one rule for each metric written out as rows. What does not: which records count, and to what (int_row_brs_community).
#}

{# The months that some extract of an ICB is about, and the quarters whose three months are all held: icb_code, month_start and the
   period that the month counts to. A quarter with a month less would pass for a whole one. #}
{% macro months_and_quarters(relation) -%}
    select icb_code, month_start, month_start as period_start, last_day(month_start) as period_end, 'month' as period_type
    from (select distinct icb_code, period_start as month_start from {{ relation }}) as months
    union all
    select
        icb_code, month_start, date_trunc('quarter', month_start)::date as period_start,
        last_day((date_trunc('quarter', month_start) + to_months(2))::date) as period_end, 'quarter' as period_type
    from (select distinct icb_code, period_start as month_start from {{ relation }}) as months
    qualify count(*) over (partition by icb_code, date_trunc('quarter', month_start)) = 3
{%- endmacro %}

{# Rows of `relation`, once for each rule whose `where` they meet: what they give to the metric's numerator and denominator (null: to
   neither), the contract's column that it comes from, and the figure as in the file where the row does not count as one. A rule without a
   metric takes it from the row. #}
{% macro given_by_rules(relation, rules) -%}
    {%- for rule in rules %}
    select
        {{ "'" ~ rule.metric ~ "' as metric_id, " ~ rule.version ~ ' as definition_version' if 'metric' in rule else 'metric_id, definition_version' }},
        area_code_published, geographies, period_start,
        period_end, period_type, {{ breakdowns(rule.by) if 'by' in rule else "''" }} as breakdowns,
        ({{ rule.numerator }})::decimal(18, 4) as numerator,
        ({{ rule.get('denominator', 'null') }})::decimal(18, 4) as denominator,
        '{{ rule.column }}' as published_column, '{{ rule.get('of', rule.column) }}' as denominator_column,
        ({{ rule.get('cell', 'null') }})::decimal(18, 4) as cell, ({{ rule.get('cell_of', 'null') }})::decimal(18, 4) as denominator_cell,
        {{ rule.get('status', 'value_status') }} as value_status, source, release_id, member, source_row
    from {{ relation }}
    where {{ rule.where }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}

{# Whether an age band of LX-22 is of children and young people: the bands part at 18. #}
{% macro age_group_of(age_band) -%}
    case when {{ age_band }} in ('0-13', '14-17') then 'u18' when {{ age_band }} is not null then '18+' end
{%- endmacro %}

{# How much a rating of the register says of being admitted: green 1, amber 2, red 3, blue (in hospital) 4. #}
{% macro level_of(risk) -%}
    case {{ risk }} when 'green' then 1 when 'amber' then 2 when 'red' then 3 when 'blue' then 4 end
{%- endmacro %}
