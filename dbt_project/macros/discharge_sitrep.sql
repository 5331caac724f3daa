{#
    The rows of a sheet of a discharge sitrep, `acute` or `community`, at its three levels: regions with England among
    them, ICBs, and the trusts or providers. Columns: release_id, member, source_row, area_level, area_code_published,
    area_name_published, region_name_published, is_total, then those that the call names.
#}
{% macro discharge_sitrep(setting, sheet) -%}
{%- set organisation = {'acute': 'trust', 'community': 'provider'}[setting] -%}
{%- set england = {'acute': 'ENGLAND (Type 1 Trusts)', 'community': 'ENGLAND'}[setting] -%}
{%- set table = 'discharge_sitrep_' ~ setting ~ '__' ~ sheet -%}
select
    release_id,
    member,
    source_row,
    'region' as area_level,
    null::varchar as area_code_published,
    area_name as area_name_published,
    area_name as region_name_published,
    area_name = '{{ england }}' as is_total,
    {{ caller() | trim }}
from {{ source('bronze', table ~ '_region') }}
{%- for level in ['icb', organisation] %}
union all
select
    release_id,
    member,
    source_row,
    '{{ level }}' as area_level,
    {{ level }}_code as area_code_published,
    {{ level }}_name as area_name_published,
    region as region_name_published,
    false as is_total,
    {{ caller() | trim }}
from {{ source('bronze', table ~ '_' ~ level) }}
{%- endfor %}
{%- endmacro %}
