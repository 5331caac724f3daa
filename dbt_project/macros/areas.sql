{# The type of an area, from its code: the GSS entity prefix, or `local:` for a place that an ICS defines. #}
{% macro area_type_of(code) -%}
    case
        when {{ code }} like 'local:%:country' then 'country'
        when {{ code }} like 'local:%:tcp-%' then 'tcp'
        when {{ code }} like 'local:%' then 'place'
        else coalesce((select any_value(e.area_type) from {{ ref('gss_entity') }} as e where e.prefix = left({{ code }}, 3)), 'other')
    end
{%- endmacro %}

{# A council's name, to compare by, whether ONS or DfE wrote it: of DfE's of May 2025 three are other names, not other spellings. #}
{% macro council_name_of(name) -%}
    case {{ name }}
        when 'Bedford Borough' then 'bedford'
        when 'Durham' then 'county durham'
        when 'Herefordshire' then 'herefordshire, county of'
        else lower(replace({{ name }}, '&', 'and'))
    end
{%- endmacro %}

{# The country that a release is about, where its rows name it in words: a synthetic one is about the fictional country. #}
{% macro country_of(origin) -%}
    case {{ origin }} when 'real' then 'E92000001' else 'local:sample:country' end
{%- endmacro %}

{# England's own code, or that of the sample's country where a synthetic file stands under it. #}
{% macro own_country(code, origin) -%}
    case when {{ code }} = 'E92000001' and {{ origin }} <> 'real' then {{ country_of(origin) }} else {{ code }} end
{%- endmacro %}

{# What a type of area is called since July 2022: a metric that is given for boards is given for the partnerships before them. #}
{% macro type_since_2022(area_type) -%}
    case {{ area_type }} when 'stp' then 'icb' when 'ccg' then 'sub_icb_location' else {{ area_type }} end
{%- endmacro %}

{# The types of area in which a record of a small area or district counts to its councils, as `geographies` names them. #}
{% macro council_types() -%}upper_tier_local_authority lower_tier_local_authority{%- endmacro %}

{# Whether an area is of Core20, the most deprived fifth of the country (national deciles 1 and 2): yes, no, or null where its
   decile is not known. #}
{% macro core20(decile) -%}
    case when {{ decile }} <= 2 then 'yes' when {{ decile }} > 2 then 'no' end
{%- endmacro %}
