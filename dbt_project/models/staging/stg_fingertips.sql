-- Grain: one row per download, indicator, area, sex, age, inequality group and period. Inequality groups stand under England's code: `is_group`.
with source as (
    select * from {{ source('bronze', 'fingertips__indicator_data') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- indicator
        indicator_id,
        indicator_name,

        -- area
        area_code as area_code_published,
        area_name,
        area_type,
        parent_code,
        parent_name,
        area_code = 'E92000001' and category_type is null as is_total,

        -- who
        sex,
        age,
        category_type,
        category,
        category_type is not null as is_group,

        -- time
        time_period as period_published,
        time_period_start as period_start,
        time_period_end as period_end,
        time_period_type as period_type,

        -- figures
        value as value_published,
        case when value is null and value_note like 'Value suppressed%' then 'suppressed' else value_status end as value_status,
        lower_95 as lower_95_published,
        upper_95 as upper_95_published,
        lower_998 as lower_998_published,
        upper_998 as upper_998_published,
        count as numerator_published,
        denominator as denominator_published,
        value_note,

        -- what the publisher makes of them
        recent_trend,
        compared_with_england,
        compared_with_parent
    from source
)

-- England stands once with itself as parent and once without, with equal figures: the suite proves that they are equal.
select *
from renamed
qualify row_number() over (
    partition by release_id, indicator_id, area_type, area_code_published, sex, age, category_type, category, period_published
    order by parent_code nulls first, source_row
) = 1
