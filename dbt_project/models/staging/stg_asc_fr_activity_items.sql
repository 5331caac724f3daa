-- Grain: one row per council, item and financial year, England among the councils.
with source as (
    select * from {{ source('bronze', 'asc_fr__activity_items') }}
),

renamed as (
    select
        source.release_id,
        source.member,
        source.source_row,
        release.period_start as financial_year_start,
        case when source.council <> 'TOTAL England' then left(source.council, 3) end as council_code,
        case when source.council <> 'TOTAL England' then substr(source.council, 7) else 'England' end as council_name_published,
        source.council = 'TOTAL England' as is_total,
        source.item,
        source.value,
        source.value_status
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from renamed
