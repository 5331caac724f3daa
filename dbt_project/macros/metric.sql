{#
    What every metric has in common: how value and limits come from its parts, which records give to it, and its view.
    The methods themselves are in statistics.sql.
#}

{# The columns value, lower_95, upper_95, lower_998 and upper_998 of rows with method, per, numerator and denominator;
   what a source states, or a model computed over strata, stands in value_stated and the *_stated columns. #}
{% macro valued_by_method() -%}
        case
            when value_status in ('not_reproducible', 'missing', 'suppressed') then null
            when method = 'count' then numerator::double
            when method in ('wilson', 'share') then {{ percentage('numerator', 'denominator') }}
            when method = 'difference' then (numerator - denominator)::double
            when method in ('ratio', 'rate') then {{ ratio('numerator', 'denominator', 'per') }}
            else value_stated
        end as value,
        {%- for level, z in [('95', z_95()), ('998', z_998())] %}
        {%- for side in ['lower', 'upper'] %}
        case
            when value_status in ('not_reproducible', 'missing', 'suppressed') then null
            when method = 'wilson' then
                {{ wilson_lower('numerator', 'denominator', z) if side == 'lower' else wilson_upper('numerator', 'denominator', z) }}
            when method = 'rate' then
                {{ rate_lower('numerator', 'denominator', 'per', level) if side == 'lower' else rate_upper('numerator', 'denominator', 'per', level) }}
            else {{ side }}_{{ level }}_stated
        end as {{ side }}_{{ level }}{{ ',' if not (level == '998' and side == 'upper') }}
        {%- endfor %}
        {%- endfor %}
{%- endmacro %}

{# The union of those of `models` that this run builds: a model that nothing in the archive feeds is left out of a run
   (pipeline/transform/idle.py), and a model with meta.unites does not call for it. #}
{% macro union_of_built(models) -%}
    {%- set built = [] -%}
    {%- for model in models -%}
        {%- set relation = ref(model) -%}
        {%- if execute and load_relation(relation) -%}{%- do built.append(relation) -%}{%- endif -%}
    {%- endfor -%}
    {%- for relation in built %}
    select * from {{ relation }}
    {%- if not loop.last %}
    union all by name
    {%- endif -%}
    {%- else %}
    select {{ nothing_given() }} where false
    {%- endfor %}
{%- endmacro %}

{# The columns of a model of records that give to metrics (int_row_<theme>), without a row. #}
{% macro nothing_given() -%}
    null::varchar as metric_id, null::integer as definition_version, null::varchar as part,
    null::varchar as area_code_published, null::varchar as geographies, null::date as period_start, null::date as period_end,
    null::varchar as period_type, null::varchar as breakdowns, null::varchar as stratum, null::decimal(18, 4) as amount,
    null::varchar as published_column, null::decimal(18, 4) as cell, null::varchar as value_status, null::varchar as source,
    null::varchar as release_id, null::varchar as member, null::bigint as source_row
{%- endmacro %}

{# The same columns of the relation that a model of records ends with; a keyword gives another expression for one. #}
{% macro columns_given(part='part', stratum='null::varchar', value_status='value_status') -%}
    metric_id,
    definition_version,
    {{ part }} as part,
    area_code_published,
    geographies,
    period_start,
    period_end,
    period_type,
    breakdowns,
    {{ stratum }} as stratum,
    amount::decimal(18, 4) as amount,
    published_column,
    cell::decimal(18, 4) as cell,
    {{ value_status }} as value_status,
    source,
    release_id,
    member,
    source_row
{%- endmacro %}

{# The CTEs in_areas and broken_down, from CTEs metrics, given (of int_metric_row) and area_types: each record in every area that it
   counts to, on the last day of its period, and there once for the whole and once for each group that it names. #}
{% macro records_in_areas() -%}
in_areas as (
    select given.* exclude (area_code), ancestors.ancestor_code as area_code
    from given
    join {{ ref('int_area_ancestor') }} as ancestors
        on ancestors.area_code = given.area_code and given.period_end between ancestors.span_from and ancestors.span_to
    join area_types on area_types.area_code = ancestors.ancestor_code
    join metrics using (metric_key)
    where list_contains(string_split(metrics.geographies, ' '), area_types.area_type)
      -- A record that stands once at its employer and once at its home goes up one way only.
      and (given.geographies is null or list_contains(string_split(given.geographies, ' '), area_types.area_type))
),

broken_down as (
    select *, 'none' as breakdown_type, 'all' as breakdown_value from in_areas
    union all
    select * exclude (pair), split_part(pair, '=', 1), split_part(pair, '=', 2)
    from (select *, unnest(string_split(breakdowns, ';')) as pair from in_areas where breakdowns <> '')
)
{%- endmacro %}

{# `breakdowns` of a record: {type: column} joined as 'staff_group=medical;sex=female'; a null value is left out. #}
{% macro breakdowns(columns) -%}
    concat_ws(';'
        {%- for type, column in columns.items() -%}
        , '{{ type }}=' || replace(replace(({{ column }})::varchar, ';', ','), '=', '-')
        {%- endfor -%}
    )
{%- endmacro %}

{# A value as text for a reader: at most two decimals, or the shorthand of the Government Analysis Function where there is no
   number. #}
{% macro value_shown() -%}
    case
        when metric_value.value_status = 'suppressed' then '[c]'
        when metric_value.value_status = 'not_applicable' then '[z]'
        when metric_value.value is null then '[x]'
        else rtrim(rtrim(printf('%.2f', metric_value.value), '0'), '.')
    end
{%- endmacro %}

{# The view of a theme: metric values with the names that a reader looks for. Definitions and caveats are long and stand
   once, in reference.metric. #}
{% macro view_of_theme(theme) -%}
select
    metric_value.*,
    metric.metric_name,
    {{ value_shown() }} as value_shown,
    metric.direction,
    metric.proof_grade,
    area.ods_code,
    area.valid_from as area_valid_from,
    area.valid_to as area_valid_to
from {{ ref('metric_value') }} as metric_value
join {{ ref('metric') }} as metric using (metric_key)
join {{ ref('area') }} as area using (area_key)
where metric.theme = '{{ theme }}'
{%- endmacro %}
