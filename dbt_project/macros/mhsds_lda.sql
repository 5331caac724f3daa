{# What both forms of the monthly file count, each with its status: people restrained, spells, ward stays, referrals. #}
{% macro mhsds_lda_counts() -%}
    {%- for count in [
        'restraint_people', 'restraints',
        'spells_open_at_start', 'admissions', 'discharges', 'admissions_and_discharges', 'spells_open_at_end',
        'ward_stays_open_at_start', 'ward_stays_starting', 'ward_stays_ending', 'ward_stays_starting_and_ending',
        'ward_stays_open_at_end',
        'referrals_open_at_start', 'referrals_starting', 'referrals_ending', 'referrals_starting_and_ending',
        'referrals_open_at_end',
    ] -%}
        {{ count }}::decimal(18, 4) as {{ count }},
        {{ count }}_status
        {%- if not loop.last %},
        {% endif %}
    {%- endfor %}
{%- endmacro %}
