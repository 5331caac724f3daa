{#
    Statistical methods, one home each. Results are DOUBLE rounded to 10 places: intervals are computed per row and
    never summed.

    z: 95% limits 1.959963984540054, 99.8% limits 3.090232306167813 (two-sided standard normal quantiles).
    Wilson score interval: Wilson EB, J Am Stat Assoc 1927;22:209-12, in the form of PHEindicatormethods
    (R/Proportions.R): (2o + z^2 -/+ z sqrt(z^2 + 4oq)) / (2(n + z^2)), q = 1 - o/n.
#}
{% macro z_95() %}1.959963984540054{% endmacro %}
{% macro z_998() %}3.090232306167813{% endmacro %}

{% macro percentage(numerator, denominator) -%}
    round(100.0 * ({{ numerator }})::double / nullif({{ denominator }}, 0)::double, 10)
{%- endmacro %}

{# So many for each `per` of the denominator, such as appointments per 1,000 patients: a census, without an interval. #}
{% macro ratio(numerator, denominator, per) -%}
    round({{ per }} * ({{ numerator }})::double / nullif({{ denominator }}, 0)::double, 10)
{%- endmacro %}

{% macro _wilson(numerator, denominator, z, sign) -%}
    round(100.0 * (
        2.0 * ({{ numerator }})::double + pow({{ z }}, 2) {{ sign }} {{ z }} * sqrt(
            pow({{ z }}, 2)
            + 4.0 * ({{ numerator }})::double * (1.0 - ({{ numerator }})::double / nullif({{ denominator }}, 0)::double)
        )
    ) / (2.0 * (nullif({{ denominator }}, 0)::double + pow({{ z }}, 2))), 10)
{%- endmacro %}

{% macro wilson_lower(numerator, denominator, z) %}{{ _wilson(numerator, denominator, z, '-') }}{% endmacro %}
{% macro wilson_upper(numerator, denominator, z) %}{{ _wilson(numerator, denominator, z, '+') }}{% endmacro %}

{# How many decimal places a published decimal was given to (trailing zeros cannot be told apart and do not count). #}
{% macro decimal_places(value) -%}
    length(regexp_extract(rtrim(({{ value }})::varchar, '0'), '\.(\d*)$', 1))
{%- endmacro %}

{#
    Whether our value agrees with a published one, by how the source qualifies it. `exact`: equal when rounded half
    away from zero to the published places. `over`, `under`: on that side. `around`: within 5%.
#}
{% macro agrees(value, published, qualifier) -%}
    case
        when {{ value }} is null or {{ published }} is null then null
        when {{ qualifier }} = 'exact'
            then round({{ value }}, {{ decimal_places(published) }}::integer) = ({{ published }})::double
        when {{ qualifier }} = 'over' then {{ value }} > ({{ published }})::double
        when {{ qualifier }} = 'under' then {{ value }} < ({{ published }})::double
        when {{ qualifier }} = 'around'
            then abs({{ value }} - ({{ published }})::double) <= 0.05 * abs(({{ published }})::double)
    end
{%- endmacro %}
