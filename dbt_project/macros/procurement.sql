{#
    Names of bodies in published lists of payments, and what payments are told apart by. Lists say a body in words:
    `Guys and St Thomas NHS Foundation Trust` is the register's `GUY'S AND ST THOMAS' NHS FOUNDATION TRUST`.
#}

{# What kind of body a name says it is: trust, icb, ccg or council, null where it says none. A council that a lookup names
   without the word is known by `area_type`. #}
{% macro body_kind(name, area_type=none) -%}
    case
        {%- if area_type %}
        when {{ area_type }} in ('lower_tier_local_authority', 'upper_tier_local_authority') then 'council'
        {%- endif %}
        when regexp_matches({{ name }}, '(?i)\b(council|london borough)\b') then 'council'
        when regexp_matches({{ name }}, '(?i)\b(icb|integrated care board)\b') then 'icb'
        when regexp_matches({{ name }}, '(?i)\b(ccg|clinical commissioning group)\b') then 'ccg'
        when regexp_matches({{ name }}, '(?i)\btrust\b') then 'trust'
    end
{%- endmacro %}

{# A name less what is common to all bodies of a kind, its words parted by one blank. #}
{% macro body_words(name) -%}
    trim(regexp_replace(
        regexp_replace(
            regexp_replace(replace(replace(lower({{ name }}), '&', ' and '), '-', ' '), '[''’.()]', '', 'g'),
            '\b(nhs|foundation|trust|integrated care board|icb|clinical commissioning group|ccg|london borough of|council|metropolitan|district|borough|city|county|of|the)\b',
            ' ', 'g'
        ),
        '[^a-z0-9]+', ' ', 'g'
    ))
{%- endmacro %}

{# The kinds of suppliers that metrics show. Individuals stand with those of unknown kind: of one or two, a sum would say
   what a person was paid. #}
{% macro supplier_type_shown() -%}
    case when supplier_type in ('individual', 'unknown') then 'individual or not known' else supplier_type end
{%- endmacro %}

{# Whether a supplier is led by people of a group: yes, no, or not known. #}
{% macro led_by(group) -%}
    case
        when owner_flags = 'unknown' then 'not known'
        when list_contains(string_split(owner_flags, ';'), '{{ group }}') then 'yes'
        else 'no'
    end
{%- endmacro %}
