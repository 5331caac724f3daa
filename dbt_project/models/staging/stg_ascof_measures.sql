-- Grain: one row per area, measure of a group of people, kind of figure and financial year.
with source as (
    select * from {{ source('bronze', 'ascof__measures') }}
),

renamed as (
    select
        source.release_id,
        source.member,
        source.source_row,
        release.period_start as financial_year_start,
        source.measure || '.' || strftime(release.period_start, '%Y') as measure_key,
        source.area_code as area_code_published,
        source.ons_code as area_ons_code_published,
        source.area_name as area_name_published,
        source.area_level,
        source.area_level <> 'council' as is_total,
        source.measure,
        source.measure_name,
        source.measure_code,
        source.people,
        source.measure_type,
        source.value,
        source.value_status
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from renamed
