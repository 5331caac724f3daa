{# People with a learning disability and autistic people in hospital: what a spell of a commissioner's record is counted as, and the
   populations that they are set against. #}

{# Whether somebody of LX-35 is in hospital at the end of the month, as Assuring Transformation counts: a spell that ends on the last day
   is over, and people on extended leave under section 17 are not counted from 30 November 2024 on (publication of 20 February 2025). #}
{% macro in_hospital_at_end() -%}
    (
        episode_start <= period_end and (episode_end is null or episode_end > period_end)
        and not (s17_leave = 'yes' and period_end >= date '2024-11-30')
    )
{%- endmacro %}

{# How long a spell has lasted at the end of the month, in the bands of both publications. #}
{% macro length_of_stay() -%}
    case
        when episode_start > (period_end - to_years(1))::date then 'under 1 year'
        when episode_start > (period_end - to_years(2))::date then '1-2 years'
        when episode_start > (period_end - to_years(5))::date then '2-5 years'
        when episode_start > (period_end - to_years(10))::date then '5-10 years'
        else '10+ years'
    end
{%- endmacro %}

{# How far from home, in the bands of MHSDS. Its bands leave a gap between whole kilometres, which is closed upwards. #}
{% macro distance_band() -%}
    case
        when distance_km is null then 'Unknown'
        when distance_km <= 10 then 'Up to 10km'
        when distance_km <= 20 then '11-20km'
        when distance_km <= 50 then '21-50km'
        when distance_km <= 100 then '51-100km'
        else 'Over 100km'
    end
{%- endmacro %}

{# Several groups of one kind that a record names, joined by semicolons, as `breakdowns` of a record: it counts to each. #}
{% macro each_of(type, column) -%}
    coalesce('{{ type }}=' || replace({{ column }}, ';', ';{{ type }}='), '')
{%- endmacro %}

{# The first days of a financial year that a day lies in. #}
{% macro april_before(day) -%}
    make_date((year({{ day }}) - case when month({{ day }}) < 4 then 1 else 0 end)::integer, 4, 1)
{%- endmacro %}
