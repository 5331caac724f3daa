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

{# A part that is more than its whole has no interval: a root of less than nothing would end the run, and a check says it better. #}
{% macro _wilson(numerator, denominator, z, sign) -%}
    case when {{ numerator }} between 0 and {{ denominator }} then round(100.0 * (
        2.0 * ({{ numerator }})::double + pow({{ z }}, 2) {{ sign }} {{ z }} * sqrt(
            pow({{ z }}, 2)
            + 4.0 * ({{ numerator }})::double * (1.0 - ({{ numerator }})::double / nullif({{ denominator }}, 0)::double)
        )
    ) / (2.0 * (nullif({{ denominator }}, 0)::double + pow({{ z }}, 2))), 10) end
{%- endmacro %}

{% macro wilson_lower(numerator, denominator, z) %}{{ _wilson(numerator, denominator, z, '-') }}{% endmacro %}
{% macro wilson_upper(numerator, denominator, z) %}{{ _wilson(numerator, denominator, z, '+') }}{% endmacro %}

{# How many decimal places a published decimal was given to (trailing zeros cannot be told apart and do not count). #}
{% macro decimal_places(value) -%}
    length(regexp_extract(rtrim(({{ value }})::varchar, '0'), '\.(\d*)$', 1))
{%- endmacro %}

{#
    Whether our value agrees with a published one, by how the source qualifies it. `exact`: equal when rounded half
    away from zero to the published places. `over`, `under`: on that side. `up to`: no more. `around`: within 5%.
#}
{% macro agrees(value, published, qualifier) -%}
    case
        when {{ value }} is null or {{ published }} is null then null
        when {{ qualifier }} = 'exact'
            then round({{ value }}, {{ decimal_places(published) }}::integer) = ({{ published }})::double
        when {{ qualifier }} = 'over' then {{ value }} > ({{ published }})::double
        when {{ qualifier }} = 'under' then {{ value }} < ({{ published }})::double
        when {{ qualifier }} = 'up to' then {{ value }} <= ({{ published }})::double
        when {{ qualifier }} = 'around'
            then abs({{ value }} - ({{ published }})::double) <= 0.05 * abs(({{ published }})::double)
    end
{%- endmacro %}

{#
    Limits of a count of independent events, the base of every rate here.

    From 10 up Byar's approximation (Breslow and Day, Statistical Methods in Cancer Research II, 1987).
    Below 10 the exact Poisson limits (Armitage and Berry, 2002), chi2inv(a/2, 2o)/2 and
    chi2inv(1 - a/2, 2o + 2)/2, which DuckDB cannot compute: they stand here as made by scipy, and a test makes them again.
    The same choice as R/Rates.R of PHEindicatormethods 2.1.0. `level` is '95' or '998'. Whole counts only: others give null.
#}
{% macro z_of(level) %}{{ {'95': z_95(), '998': z_998()}[level] }}{% endmacro %}

{% macro _exact_lower(level) -%}
    {{ {
        '95': [
            0.0, 0.025317807984289876, 0.24220927854396496, 0.6186721228956014, 1.0898653736263249,
            1.6234863901184207, 2.2018942534908508, 2.8143630515198654, 3.4538321767485014,
            4.115373097378334
        ],
        '998': [
            0.0, 0.001000500333583534, 0.045402017769489544, 0.1905333775684032, 0.428552413628423,
            0.7393717319178323, 1.1071046602556394, 1.5203362603988093, 1.9708139217403657,
            2.452424404363775
        ],
    }[level] }}
{%- endmacro %}

{% macro _exact_upper(level) -%}
    {{ {
        '95': [
            3.6888794541139363, 5.571643390938898, 7.224687667723961, 8.767273069742325, 10.241588675403696,
            11.66833207932267, 13.059474022518685, 14.422675361702382, 15.763189220193311, 17.08480345141917
        ],
        '998': [
            6.907755278982137, 9.233413476451586, 11.228872242412661, 13.062240779188071, 14.79414922253721,
            16.454745203680105, 18.06163684019907, 19.62617739538424, 21.156198165839985, 22.657373309062933
        ],
    }[level] }}
{%- endmacro %}

{% macro _whole_count(count) -%}
    ({{ count }} >= 0 and {{ count }} = floor({{ count }}))
{%- endmacro %}

{% macro count_lower(count, level) -%}
    case
        when not {{ _whole_count(count) }} then null
        when {{ count }} < 10 then {{ _exact_lower(level) }}[({{ count }})::integer + 1]
        else ({{ count }})::double * pow(
            1.0 - 1.0 / (9.0 * ({{ count }})::double) - {{ z_of(level) }} / (3.0 * sqrt(({{ count }})::double)), 3
        )
    end
{%- endmacro %}

{% macro count_upper(count, level) -%}
    case
        when not {{ _whole_count(count) }} then null
        when {{ count }} < 10 then {{ _exact_upper(level) }}[({{ count }})::integer + 1]
        else (({{ count }})::double + 1.0) * pow(
            1.0 - 1.0 / (9.0 * (({{ count }})::double + 1.0)) + {{ z_of(level) }} / (3.0 * sqrt(({{ count }})::double + 1.0)), 3
        )
    end
{%- endmacro %}

{#
    A crude rate per `per` of the denominator: `ratio` is its value. Over the expected instead of a population, and with
    the reference rate as `per`, it is the indirectly standardised rate, and with 100 the standardised ratio (R/ISRate.R).
#}
{% macro rate_lower(count, denominator, per, level) -%}
    round({{ per }} * ({{ count_lower(count, level) }}) / nullif({{ denominator }}, 0)::double, 10)
{%- endmacro %}

{% macro rate_upper(count, denominator, per, level) -%}
    round({{ per }} * ({{ count_upper(count, level) }}) / nullif({{ denominator }}, 0)::double, 10)
{%- endmacro %}

{#
    Directly standardised rate per `per`: an aggregate over strata, each with its count, population and standard weight
    (European Standard Population 2013: seeds/standard_population.csv). Limits by Dobson AJ et al, Stat Med 1991;10:457-62
    over Byar's limits of the whole count (R/DSR.R, independent events). Under 10 events there is neither value nor limits,
    and none where a stratum has no count or no people. `stratum` orders the sums, so that they give the same bits each time.
#}
{% macro _dsr_is_sound(count, population) -%}
    sum({{ count }}) >= 10 and bool_and(coalesce({{ count }} >= 0 and {{ population }} > 0, false))
{%- endmacro %}

{% macro _dsr(count, population, weight, stratum) -%}
    sum(({{ weight }})::double * ({{ count }})::double / ({{ population }})::double order by {{ stratum }})
    / sum(({{ weight }})::double order by {{ stratum }})
{%- endmacro %}

{% macro _dsr_limit(count, population, weight, stratum, per, limit) -%}
    case when {{ _dsr_is_sound(count, population) }} then round(
        {{ per }} * (
            {{ _dsr(count, population, weight, stratum) }}
            + sqrt(
                sum(
                    pow(({{ weight }})::double, 2) * ({{ count }})::double / pow(({{ population }})::double, 2)
                    order by {{ stratum }}
                )
                / pow(sum(({{ weight }})::double order by {{ stratum }}), 2) / sum({{ count }})
            ) * (({{ limit }}) - sum({{ count }}))
        ),
        10
    ) end
{%- endmacro %}

{% macro dsr(count, population, weight, stratum, per) -%}
    case when {{ _dsr_is_sound(count, population) }} then
        round({{ per }} * {{ _dsr(count, population, weight, stratum) }}, 10)
    end
{%- endmacro %}

{% macro dsr_lower(count, population, weight, stratum, per, level) -%}
    {{ _dsr_limit(count, population, weight, stratum, per, count_lower('sum(' ~ count ~ ')', level)) }}
{%- endmacro %}

{% macro dsr_upper(count, population, weight, stratum, per, level) -%}
    {{ _dsr_limit(count, population, weight, stratum, per, count_upper('sum(' ~ count ~ ')', level)) }}
{%- endmacro %}
