{#
    How values with limits are compared: with an earlier value, a reference, a group, a target, along deprivation. The
    limits themselves come from statistics.sql and standardised.sql. All take columns and give DOUBLE rounded to 10 places, or text.

    Change: square-and-add of each one's own limits (method of variance estimates recovery, Zou GY and Donner A, Stat Med
    2008;27:1693-702). Of two proportions with Wilson limits it is method 10 of Newcombe RG, Stat Med 1998;17:873-90. Both must
    be independent: not of overlapping periods, and not of a part and its whole.
#}
{% macro difference_lower(value, lower, before, before_upper) -%}
    round({{ value }} - {{ before }} - sqrt(pow({{ value }} - {{ lower }}, 2) + pow({{ before_upper }} - {{ before }}, 2)), 10)
{%- endmacro %}

{% macro difference_upper(value, upper, before, before_lower) -%}
    round({{ value }} - {{ before }} + sqrt(pow({{ upper }} - {{ value }}, 2) + pow({{ before }} - {{ before_lower }}, 2)), 10)
{%- endmacro %}

{# The ratio of two rates is their difference on the log scale. No ratio to nothing; a lower limit of nothing is 0, and where the
   earlier lower limit is nothing the upper limit of the ratio is none. #}
{% macro ratio_of(value, before) -%}
    case when {{ value }} >= 0 and {{ before }} > 0 then round({{ value }} / {{ before }}, 10) end
{%- endmacro %}

{% macro ratio_lower(value, lower, before, before_upper) -%}
    case
        when {{ before }} > 0 and {{ before_upper }} > 0 and {{ lower }} = 0 then 0.0
        when {{ before }} > 0 and {{ before_upper }} > 0 and {{ lower }} > 0 then round({{ value }} / {{ before }} * exp(
            -sqrt(pow(ln({{ value }}) - ln({{ lower }}), 2) + pow(ln({{ before_upper }}) - ln({{ before }}), 2))
        ), 10)
    end
{%- endmacro %}

{% macro ratio_upper(value, upper, before, before_lower) -%}
    case when {{ value }} > 0 and {{ upper }} > 0 and {{ before_lower }} > 0 then
        round({{ value }} / {{ before }} * exp(
            sqrt(pow(ln({{ upper }}) - ln({{ value }}), 2) + pow(ln({{ before }}) - ln({{ before_lower }}), 2))
        ), 10)
    end
{%- endmacro %}

{# Whether an interval leaves out what it would hold if nothing differed: 0 of a difference, 1 of a ratio. #}
{% macro differs(lower, upper, nothing) -%}
    ({{ lower }} > {{ nothing }} or {{ upper }} < {{ nothing }})
{%- endmacro %}

{#
    Confidence intervals overlapping reference value, as Fingertips compares: better, similar or worse where a direction is,
    higher, similar or lower where none is. A limit that touches the reference overlaps it.
#}
{% macro compared(lower, upper, reference, direction) -%}
    case
        when {{ lower }} is null or {{ upper }} is null or {{ reference }} is null then null
        when {{ lower }} <= {{ reference }} and {{ upper }} >= {{ reference }} then 'similar'
        when {{ direction }} = 'up' then case when {{ lower }} > {{ reference }} then 'better' else 'worse' end
        when {{ direction }} = 'down' then case when {{ lower }} > {{ reference }} then 'worse' else 'better' end
        else case when {{ lower }} > {{ reference }} then 'higher' else 'lower' end
    end
{%- endmacro %}

{# A value that can be set beside another area's: not a number of things, which is larger where more people live. A stated
   value is one where its unit says so. #}
{% macro is_comparable(method, unit) -%}
    ({{ method }} in ('wilson', 'rate', 'share', 'ratio', 'dsr') or ({{ method }} = 'stated' and ({{ unit }} in ('percent', 'years') or {{ unit }} like 'per %')))
{%- endmacro %}

{#
    Recent trend, as Fingertips marks it (TrendMarkerCalculator; chi-squared test for trend, 1 degree of freedom, 99.8%): the five
    latest points, numbered 1 to 5, of equal steps and not overlapping. It is a trend where chi-squared is above the critical value and
    the slope keeps its sign whichever one point is left out.

    Of proportions chi-squared is Cochran-Armitage's over counts and denominators, and the slopes are those of the logits. Of all
    others it is that of a regression weighted by 1/se^2, se = (upper - lower) / 3.92 of the 95% limits.
    `at` is the point's number; `held` a condition that leaves points out.
#}
{% macro trend_critical() %}9.54953570608324{% endmacro %}

{% macro trend_chi_squared_of_proportions(count, denominator, at) -%}
    {%- set n = 'sum((' ~ denominator ~ ')::double order by ' ~ at ~ ')' -%}
    {%- set r = 'sum((' ~ count ~ ')::double order by ' ~ at ~ ')' -%}
    {%- set nt = 'sum((' ~ denominator ~ ')::double * ' ~ at ~ ' order by ' ~ at ~ ')' -%}
    {%- set rt = 'sum((' ~ count ~ ')::double * ' ~ at ~ ' order by ' ~ at ~ ')' -%}
    {%- set ntt = 'sum((' ~ denominator ~ ')::double * ' ~ at ~ ' * ' ~ at ~ ' order by ' ~ at ~ ')' -%}
    round(
        {{ n }} * pow({{ n }} * {{ rt }} - {{ r }} * {{ nt }}, 2)
        / nullif({{ r }} * ({{ n }} - {{ r }}) * ({{ n }} * {{ ntt }} - pow({{ nt }}, 2)), 0),
        10
    )
{%- endmacro %}

{% macro trend_slope(value, weight, at, held='true') -%}
    {%- set w = 'sum((' ~ weight ~ ')::double order by ' ~ at ~ ') filter (' ~ held ~ ')' -%}
    {%- set wt = 'sum((' ~ weight ~ ')::double * ' ~ at ~ ' order by ' ~ at ~ ') filter (' ~ held ~ ')' -%}
    {%- set wy = 'sum((' ~ weight ~ ')::double * (' ~ value ~ ') order by ' ~ at ~ ') filter (' ~ held ~ ')' -%}
    {%- set wty = 'sum((' ~ weight ~ ')::double * ' ~ at ~ ' * (' ~ value ~ ') order by ' ~ at ~ ') filter (' ~ held ~ ')' -%}
    {%- set wtt = 'sum((' ~ weight ~ ')::double * ' ~ at ~ ' * ' ~ at ~ ' order by ' ~ at ~ ') filter (' ~ held ~ ')' -%}
    round(({{ w }} * {{ wty }} - {{ wt }} * {{ wy }}) / nullif({{ w }} * {{ wtt }} - pow({{ wt }}, 2), 0), 10)
{%- endmacro %}

{% macro trend_chi_squared_of_values(value, weight, at) -%}
    {%- set w = 'sum((' ~ weight ~ ')::double order by ' ~ at ~ ')' -%}
    {%- set wt = 'sum((' ~ weight ~ ')::double * ' ~ at ~ ' order by ' ~ at ~ ')' -%}
    {%- set wy = 'sum((' ~ weight ~ ')::double * (' ~ value ~ ') order by ' ~ at ~ ')' -%}
    {%- set wty = 'sum((' ~ weight ~ ')::double * ' ~ at ~ ' * (' ~ value ~ ') order by ' ~ at ~ ')' -%}
    {%- set wtt = 'sum((' ~ weight ~ ')::double * ' ~ at ~ ' * ' ~ at ~ ' order by ' ~ at ~ ')' -%}
    round(
        pow({{ w }} * {{ wty }} - {{ wt }} * {{ wy }}, 2) / nullif({{ w }} * ({{ w }} * {{ wtt }} - pow({{ wt }}, 2)), 0), 10
    )
{%- endmacro %}

{#
    Slope index of inequality (R/SII_function.R of PHEindicatormethods; Low A and Low A, J Public Health 2004;26:388-95): quintiles
    ordered from the most deprived, each at the mid-point of its share of the cumulative population; a regression of the values weighted
    by population; SII is the slope, the fitted value at the least deprived end less that at the most deprived. RII is the ratio of the two.

    The slope is linear in the five values, SII = sum of c * y with c = a (b - 1/2) / sum of a (b - 1/2)^2, a the share of people and b
    the rank; the mean rank is always 1/2. So with standard errors se its variance is the sum of (c se)^2, and the interval is
    SII -/+ z * root of that. The package draws 100,000 values from the same standard errors instead; a test compares the two.

    Standard errors as the package takes them, from the 95% limits: of a proportion on the logit scale, of a rate on the log scale, of
    other values as they are; on the first two the variance of the value is that of the transformed one times the slope of the inverse
    transformation (y (1 - y), y).
#}
{% macro sii_standard_error(value, lower_95, upper_95, scale) -%}
    case {{ scale }}
        when 'logit' then case when {{ lower_95 }} > 0 and {{ upper_95 }} < 100 then
            {{ value }} * (1 - {{ value }} / 100.0)
            * (ln({{ upper_95 }} / (100.0 - {{ upper_95 }})) - ln({{ lower_95 }} / (100.0 - {{ lower_95 }})))
            / (2 * {{ z_95() }})
        end
        when 'log' then case when {{ lower_95 }} > 0 and {{ value }} > 0 then
            {{ value }} * (ln({{ upper_95 }}) - ln({{ lower_95 }})) / (2 * {{ z_95() }})
        end
        else ({{ upper_95 }} - {{ lower_95 }}) / (2 * {{ z_95() }})
    end
{%- endmacro %}

{#
    Funnels: limits around a group's overall value for an area of a given size (Spiegelhalter DJ, Stat Med 2005;24:1185-202), as
    calculate_funnel_limits of PHEindicatormethods draws them: where an area's own interval would just leave out the overall value.

    Of a percentage that is overall -/+ z * root of overall (100 - overall) / n, the score test that Wilson's interval inverts. Of a
    rate it is the exact Poisson test of the expected events, in the closed form of Molenaar W (Approximations to the Poisson, binomial
    and hypergeometric distribution functions, 1970): at 95% right to 0.04 of an event, at 99.8% to 0.26 and from 100 events to 0.07.
#}
{% macro _funnel_score(overall, denominator, level, sign) -%}
    round({{ overall }} {{ sign }} {{ z_of(level) }} * sqrt({{ overall }} * (100.0 - {{ overall }}) / nullif({{ denominator }}, 0)::double), 10)
{%- endmacro %}

{% macro funnel_score_lower(overall, denominator, level) -%}
    greatest(0.0, {{ _funnel_score(overall, denominator, level, '-') }})
{%- endmacro %}

{% macro funnel_score_upper(overall, denominator, level) -%}
    least(100.0, {{ _funnel_score(overall, denominator, level, '+') }})
{%- endmacro %}

{% macro _molenaar_root(overall, denominator, per, level) -%}
    sqrt(greatest(0.0, {{ overall }} * ({{ denominator }})::double / {{ per }} + (pow({{ z_of(level) }}, 2) - 8) / 36))
{%- endmacro %}

{% macro funnel_poisson_lower(overall, denominator, per, level) -%}
    round({{ per }} / nullif({{ denominator }}, 0)::double * greatest(
        0.0,
        pow(greatest(0.0, {{ _molenaar_root(overall, denominator, per, level) }} - {{ z_of(level) }} / 2), 2)
        - (pow({{ z_of(level) }}, 2) + 4) / 9
    ), 10)
{%- endmacro %}

{% macro funnel_poisson_upper(overall, denominator, per, level) -%}
    round({{ per }} / nullif({{ denominator }}, 0)::double * (
        pow({{ _molenaar_root(overall, denominator, per, level) }} + {{ z_of(level) }} / 2, 2)
        - (pow({{ z_of(level) }}, 2) + 4) / 9 + 1
    ), 10)
{%- endmacro %}

{# --- statistical process control: XmR as Making Data Count draws it. #}

{# Where a target lies to the process limits, by the names of NHSRplotthedots (ptd_calculate_assurance_type.R). #}
{% macro assurance(target, lower, upper, direction) -%}
    case
        when {{ target }} is null or {{ lower }} is null or {{ direction }} not in ('up', 'down') then null
        when {{ target }} > {{ upper }} then case {{ direction }} when 'up' then 'consistent_fail' else 'consistent_pass' end
        when {{ target }} < {{ lower }} then case {{ direction }} when 'up' then 'consistent_pass' else 'consistent_fail' end
        else 'inconsistent'
    end
{%- endmacro %}
