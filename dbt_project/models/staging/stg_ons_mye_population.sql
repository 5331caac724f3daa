-- Grain: one row per area, sex, age and year; `persons` and `All ages` are the sums. Countries, regions and counties are areas too.
with source as (
    select * from {{ source('bronze', 'ons_mye__population') }}
),

renamed as (
    select
        -- provenance
        source.release_id,
        source.member,
        source.source_row,
        release.origin,

        -- where, as published
        source.area_code as area_code_published,
        source.area_name as area_name_published,
        source.geography,

        -- when: the estimate is of 30 June
        year(source.year_start) as year,
        make_date(year(source.year_start), 6, 30) as reference_date,

        -- who
        source.sex,
        source.age,

        -- measure
        source.population::decimal(18, 4) as population
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from renamed
