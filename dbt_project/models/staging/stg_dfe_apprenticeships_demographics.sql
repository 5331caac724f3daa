-- Grain: one row per academic year, provider, kind of group, group and measure. Totals are rows too: `is_total`.
with source as (
    select * from {{ source('bronze', 'dfe_apprenticeships__demographics') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- provider
        {{ dfe_provider() }},

        -- who
        group_type,
        group_name,
        group_name = 'Total' or provider_name like 'Total (%' as is_total,

        -- time
        {{ dfe_academic_year() }},

        -- measure
        measure,
        learners::decimal(18, 4) as learners,
        learners_status
    from source
)

select * from renamed
