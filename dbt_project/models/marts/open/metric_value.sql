-- Grain: one row per metric_id, definition_version, area_code, period_start, period_end, breakdown_type,
-- breakdown_value and source; after disclosure control. What the mask changes is computed anew from the parts that it shows:
-- an interval of the true count would give it away.
with masked as (
    select
        internal.* replace (
            mask.numerator_shown as numerator,
            mask.denominator_shown as denominator,
            null::decimal(18, 6) as value_published,
            null::boolean as recompute_ok,
            mask.mask_status as value_status
        ),
        metrics.per,
        null::double as value_stated,
        {% for limit in ['lower_95', 'upper_95', 'lower_998', 'upper_998'] -%}
        null::double as {{ limit }}_stated{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('metric_value_internal') }} as internal
    join {{ source('disclosure', 'metric_value') }} as mask
        using (metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, source)
    join {{ source('catalogue', 'metric') }} as metrics using (metric_key)
),

valued as (
    select * exclude (value, lower_95, upper_95, lower_998, upper_998), {{ valued_by_method() }}
    from masked
),

as_computed as (
    select internal.*
    from {{ ref('metric_value_internal') }} as internal
    anti join {{ source('disclosure', 'metric_value') }} as mask
        using (metric_key, area_code, period_start, period_end, breakdown_type, breakdown_value, source)
)

select * from as_computed
union all by name
select * exclude (per, value_stated, lower_95_stated, upper_95_stated, lower_998_stated, upper_998_stated) from valued
