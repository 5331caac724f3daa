-- Grain: one row per base year, area, sex, age group and year; persons, all ages and higher areas are sums of the others.
with source as (
    select * from {{ source('bronze', 'ons_snpp__population') }}
),

renamed as (
    select
        -- provenance
        source.release_id,
        source.member,
        source.source_row,
        release.origin,

        -- where
        source.area_code as area_code_published,
        source.area_name as area_name_published,

        -- when: the projection is of 30 June
        year(release.period_start) as base_year,
        year(source.year_start) as year,

        -- who
        source.sex,
        source.age_group,

        -- measure
        source.population::decimal(18, 4) as population
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from renamed
