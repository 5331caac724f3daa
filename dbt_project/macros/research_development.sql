{#
    The health-related industry of a company by its main SIC 2007 code, null for any other. Groups 21, 26.6, 32.5 and 46.46,
    classes 72.11 and 72.19: makers and sellers of medicines and devices, and research. Care itself (86 to 88) is not counted.
#}
{% macro health_industry(sic) -%}
    case
        when {{ sic }} like '21%' then 'pharmaceuticals'
        when {{ sic }} like '266%' then 'electromedical equipment'
        when {{ sic }} like '325%' then 'medical and dental instruments'
        when {{ sic }} like '4646%' then 'wholesale of pharmaceutical goods'
        when {{ sic }} like '7211%' then 'research in biotechnology'
        when {{ sic }} like '7219%' then 'other research in natural sciences and engineering'
    end
{%- endmacro %}

{# A postcode as it is compared: capitals, no blanks. #}
{% macro bare_postcode(postcode) -%}
    replace(upper({{ postcode }}), ' ', '')
{%- endmacro %}
