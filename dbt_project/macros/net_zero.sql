{#
    The lines of LX-12 that speak for an organisation and a year. What belongs here: picking and classing records of travel and
    carbon. What does not: what a metric is made of (int_row_net_zero).
#}

{# Lines of LX-12 with `basis` (how it is known), `footprint`, `is_active_or_public` and `given_status`. Where two organisations
   report a kind of line of a third, its own extract speaks, else the newest. Business travel is in the NHS Carbon Footprint; travel
   to work, of patients and visitors, and of suppliers' goods in the Carbon Footprint Plus. #}
{% macro travel_and_carbon_lines() -%}
    select
        * exclude (source),
        source as basis,
        case when line_type = 'journeys' then case journey_group when 'staff_business' then 'footprint' else 'footprint_plus' end end as footprint,
        mode in ('walk', 'cycle', 'bus', 'rail') as is_active_or_public,
        case when data_status = 'actual' and source <> 'model' then 'exact' else 'estimated' end as given_status
    from {{ ref('stg_lx_12_travel_and_carbon') }}
    qualify dense_rank() over (
        partition by period_start, org_code, line_type
        order by submitting_org_code = org_code desc, supplied_at desc, version desc, extract_id, release_id
    ) = 1
{%- endmacro %}
