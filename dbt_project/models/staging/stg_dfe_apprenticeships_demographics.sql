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
        nullif(regexp_extract(provider_name, '\(([0-9]{8})\)$', 1), '') as ukprn,
        regexp_replace(provider_name, ' \([0-9]{8}\)$', '') as provider_name,

        -- who
        group_type,
        group_name,
        group_name = 'Total' or provider_name like 'Total (%' as is_total,

        -- time
        academic_year,
        make_date(left(academic_year, 4)::integer, 8, 1) as period_start,
        make_date(left(academic_year, 4)::integer + 1, 7, 31) as year_end,
        academic_year like '%(%' as is_part_year,

        -- measure
        measure,
        learners::decimal(18, 4) as learners,
        learners_status
    from source
)

select * from renamed
