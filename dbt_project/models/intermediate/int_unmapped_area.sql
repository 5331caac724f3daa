-- Grain: one row per dataset and published area code that no area valid at that time answers to.
-- `share` is how much of the dataset's rows it makes, `max_share` how much all such codes of it may: seeds/unmapped_limit.csv.
with found as (
    {{ unmapped('gp_appointments_regional', ref('int_gp_appointments'), 'area_code_published', 'area_code is not null',
        'appointment_month', 'appointment_month_end') }}
    union all
    {{ unmapped('gp_appointments_practice', ref('int_gp_practice_appointments'), 'area_code_published', 'sub_icb_location_code is not null',
        'appointment_month', 'appointment_month_end', "breakdown_type = 'none'") }}
    union all
    {{ unmapped('gp_appointments_coverage', ref('int_gp_coverage'), 'area_code_published', 'area_code is not null',
        'month_start', 'month_end') }}
    union all
    {{ unmapped('place_measures', ref('int_place_measure'), 'area_code_published', 'area_code is not null',
        'period_start', 'period_end') }}
    union all
    {{ unmapped('ods_epraccur', ref('stg_ods_epraccur'), 'commissioner_code',
        'commissioner_code in (select published_code from ' ~ ref('int_area_canonical') ~ ')', 'vintage_start', 'vintage_start',
        "status = 'active' and prescribing_setting = 'gp_practice' and national_grouping_code like 'Y%' and commissioner_code is not null") }}
    union all
    {{ unmapped('ods_etr', ref('stg_ods_etr'), 'high_level_geography_code',
        'high_level_geography_code in (select published_code from ' ~ ref('int_area_canonical') ~ ')', 'vintage_start', 'vintage_start',
        "close_date is null and national_grouping_code like 'Y%'") }}
    union all
    {{ unmapped('imd', ref('int_area_deprivation'), 'area_code',
        'area_code in (select published_code from ' ~ ref('int_area_canonical') ~ ')', 'make_date(index_year, 1, 1)',
        'make_date(index_year, 12, 31)') }}
    union all
    -- Records that would give to a metric and lie nowhere.
    select
        source, area_code_published, count(*) filter (area_code is null), min(period_start), max(period_end),
        (sum(count(*)) over (partition by source))::bigint
    from {{ ref('int_metric_row') }}
    group by source, area_code_published
    -- After the window, which counts the rows of all codes.
    qualify count(*) filter (area_code is null) > 0
)

select
    dataset, area_code_published, {{ area_type_of('area_code_published') }} as area_type, source_rows, dataset_rows,
    (source_rows / dataset_rows)::decimal(9, 6) as share, unmapped_limit.max_share, first_period_start, last_period_end
from found
left join {{ ref('unmapped_limit') }} as unmapped_limit using (dataset)
