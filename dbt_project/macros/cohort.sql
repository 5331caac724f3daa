{# The cost of a spell that falls into the days from `first` up to `last`, by night; of a spell within a day, all of it on its day. #}
{% macro cost_within(first, last) %}
    case
        when left_on > admission_date then
            round(
                cost_gbp * greatest(0, least(left_on, {{ last }}) - greatest(admission_date, {{ first }}))
                / (left_on - admission_date),
                2
            )::decimal(18, 2)
        when admission_date >= {{ first }} and admission_date < {{ last }} then cost_gbp::decimal(18, 2)
        else 0::decimal(18, 2)
    end
{% endmacro %}

{# Counts of people under this are not shown, and others are rounded to a multiple of it (section 7 of the metric catalogue). #}
{% macro least_people() %}5{% endmacro %}

{# How many people are in the smaller groups of the same whole, `then_by` breaking ties. #}
{% macro people_below(people, whole, then_by) %}
    coalesce(sum({{ people }}) over (
        partition by {{ whole | join(', ') }}
        order by {{ people }}, {{ then_by }}
        rows between unbounded preceding and 1 preceding
    ), 0)
{% endmacro %}

{# Whether the number of a group is shown: it is large enough, and what is hidden below it cannot be had by subtraction. #}
{% macro enough_people(people, people_below) %}
    ({{ people }} >= {{ least_people() }} and {{ people_below }} not between 1 and {{ least_people() }} - 1)
{% endmacro %}
