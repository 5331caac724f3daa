{# Metrics of primary care at place: which posts count to which, what an outcome of a neighbourhood is called, what a printed percentage may be of. #}

{# The CTE `counted`: metric, version of the full times and of the rate, group of staff, its column in the practice file (of all
   staff the first of four), and which GPs it leaves out. A GP in training is in no definition of "fully qualified". #}
{% macro counted_posts() -%}
counted as (
    select *
    from (
        values
            ('pc_08', 2, 3, 'all', 'GP', true, true),
            ('pc_09', 2, 6, 'GP', 'GP', true, true), ('pc_09', 3, 7, 'GP', 'GP_EXTG', false, true),
            ('pc_09', 4, 8, 'GP', 'GP_EXL', true, false), ('pc_09', 5, 9, 'GP', 'GP_EXTGL', false, false),
            ('pc_10', 2, 3, 'Nurses', 'NURSES', true, true), ('pc_11', 2, 3, 'Direct Patient Care', 'DPC', true, true),
            ('pc_12', 2, 3, 'Admin/Non-Clinical', 'ADMIN', true, true)
    ) as posts_of (metric_id, of_full_times, of_rate, staff_group, practice_role, with_trainees, with_locums)
)
{%- endmacro %}

{# Whether a post is of a GP in training, or of a locum: the roles are named in the singular and in the plural. #}
{% macro gp_in_training(role, detailed_role) -%}
    (staff_group = 'GP' and lower({{ role }} || ' ' || {{ detailed_role }}) like '%training%')
{%- endmacro %}

{% macro gp_locum(role, detailed_role) -%}
    (staff_group = 'GP' and lower({{ role }} || ' ' || {{ detailed_role }}) like '%locum%')
{%- endmacro %}

{# The metric of a measure of LX-36. #}
{% macro outcome_metric(measure) -%}
    case {{ measure }}
        when 'emergency_admissions' then 'pl_10'
        when 'falls' then 'pl_11'
        when 'ambulance_callouts' then 'pl_12'
        when 'ambulance_callouts_avoided' then 'pl_13'
        when 'short_term_bed_stays' then 'pl_14'
        when 'community_contacts' then 'pl_15'
        when 'ae_attendances' then 'pl_16'
    end
{%- endmacro %}

{# The type of area that a code of an extract is of, as `geographies` names it. #}
{% macro own_type_of(code) -%}
    case
        when {{ code }} like 'local:%' then 'place'
        when regexp_full_match({{ code }}, 'U[0-9]{5}') then 'pcn'
        when regexp_full_match({{ code }}, '[A-Z][0-9]{5}') then 'practice'
        when regexp_full_match({{ code }}, 'Q[A-Z0-9]{2}') then 'icb'
        when left({{ code }}, 3) in ('E01', 'W01') then 'lsoa'
        when left({{ code }}, 3) in ('E05', 'W05') then 'ward'
        when left({{ code }}, 3) in ('E07', 'W07') then 'lower_tier_local_authority'
        else 'upper_tier_local_authority'
    end
{%- endmacro %}

{#
    The k of a fraction k/n that prints as a percentage, null where none does. `scaled` is the percentage without its point: 6957 of
    69.57, given to two places. |100 k/n - p| is at most half a unit of the last place, so that a tie may print up or down; whole
    numbers, so nothing is lost. Of two k that print alike (n above 100, no places) the nearest is given.
#}
{% macro k_that_prints(scaled, places, n) -%}
    case
        when 2 * abs({{ _unit_of(places) }} * {{ _nearest_k(scaled, places, n) }} - {{ scaled }} * {{ n }}) <= {{ n }}
        then {{ _nearest_k(scaled, places, n) }}
    end
{%- endmacro %}

{% macro _unit_of(places) %}(100 * (10 ** {{ places }})::bigint){% endmacro %}

{% macro _nearest_k(scaled, places, n) -%}
    ((2 * {{ scaled }} * {{ n }} + {{ _unit_of(places) }}) // (2 * {{ _unit_of(places) }}))
{%- endmacro %}

{# Percentages that their source states of practices. #}
{% macro claimed_of_practices() %}'pc_02', 'pc_21', 'pc_34', 'pc_35', 'pc_36', 'pc_41'{% endmacro %}
