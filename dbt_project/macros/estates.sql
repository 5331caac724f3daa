{#
    What ERIC says of a measure, whatever its year calls it (seeds/eric_item.csv). What belongs here: naming and picking records of
    the estate. What does not: what a metric is made of (int_row_estates, int_row_net_zero).
#}

{# Items of sites or of trusts (`level`) with the measure that they are in their year: columns of staging, and `measure`. An item
   that the seed does not list for the year gives nothing, and assert_eric_items_are_known says so. #}
{% macro eric_measures(level) -%}
    select items.* exclude (value), items.value as amount, eric_item.measure
    from {{ ref('stg_eric_' ~ level ~ '_items') }} as items
    join {{ ref('eric_item') }} as eric_item
        on eric_item.level = '{{ level }}'
        and eric_item.year_from = year(items.period_start)
        and eric_item.published_item = items.item
        and eric_item.unit = items.unit
    where items.occurrence = 1
{%- endmacro %}

{# Of several records of one thing (`columns`) of a period, those of the extract that speaks for it: the newest, of two of a day the
   one of the higher version. Two organisations may report the same site. #}
{% macro newest_extract(columns) -%}
    qualify row_number() over (
        partition by period_start, {{ columns | join(', ') }}
        order by supplied_at desc, version desc, extract_id, release_id, member, source_row
    ) = 1
{%- endmacro %}

{# Records of ERIC with the area that each counts to: its trust and by that its ICB, the commissioning region that the file itself
   names, and the country. A trust that no register places is in its region and in England all the same. The regions are today's
   seven since 2019/20; before there were four. #}
{% macro in_areas_of_eric(relation) -%}
    select *, trust_code as area_code_published, 'icb trust' as geographies
    from {{ relation }}
    union all
    select
        *,
        case replace(region, ' COMMISSIONING REGION', '')
            when 'LONDON' then 'Y56'
            when 'SOUTH WEST' then 'Y58'
            when 'SOUTH EAST' then 'Y59'
            when 'MIDLANDS' then 'Y60'
            when 'EAST OF ENGLAND' then 'Y61'
            when 'NORTH WEST' then 'Y62'
            when 'NORTH EAST AND YORKSHIRE' then 'Y63'
            when 'SAMPLELAND' then 'YZ9'
        end,
        'nhs_region'
    from {{ relation }}
    where period_start >= date '2019-04-01'
    union all
    select *, {{ country_of('origin') }}, 'country'
    from {{ relation }}
{%- endmacro %}
