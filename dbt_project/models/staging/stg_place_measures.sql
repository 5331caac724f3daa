-- Grain: one row per measure, area and period of a local extract.
with source as (
    select * from {{ source('bronze', 'place_measures__measures') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- what
        metric_id,
        coalesce(definition_version, 1)::integer as definition_version,
        measure,
        coalesce(breakdown_type, 'none') as breakdown_type,
        coalesce(breakdown_value, 'all') as breakdown_value,

        -- where and when
        area as area_code_published,
        area_name as area_name_published,
        period_start,
        period_end,
        period_type,

        -- the figure as stated
        numerator::decimal(18, 4) as numerator,
        denominator::decimal(18, 4) as denominator,
        value::decimal(18, 6) as value_published,
        case when value_status = 'exact' and qualifier = 'rounded' then 'rounded' else value_status end as value_status,
        lower as lower_published,
        upper as upper_published,
        unit,
        qualifier,
        source as stated_in,
        quote,
        note
    from source
)

select * from renamed
