-- Grain: one row per trust, financial year and item.
with source as (
    select * from {{ source('bronze', 'eric__trust_items') }}
),

renamed as (
    select
        -- provenance
        source.release_id,
        source.member,
        source.source_row,
        release.origin,

        -- who, in which year
        release.period_start,
        release.period_end,
        source.trust_code,
        source.trust_name,
        source.region,
        source.trust_type,

        -- what
        source.section,
        source.item,
        source.unit,
        coalesce(source.occurrence, 1) as occurrence,

        -- measure: a figure, an answer, or why there is neither
        {{ eric_value() }}
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from renamed
