-- Grain: one row per provider and month.
with source as (
    select * from {{ source('bronze', 'ae__provider') }}
),

renamed as (
    select
        source.release_id,
        source.member,
        source.source_row,
        release.period_start as month_start,
        source.provider_code as organisation_code,
        source.provider_name as organisation_name_published,
        source.region,
        source.type_1,
        source.type_2,
        source.type_3,
        source.attendances,
        source.within_type_1,
        source.within_type_2,
        source.within_type_3,
        source.within_4_hours,
        source.over_type_1,
        source.over_type_2,
        source.over_type_3,
        source.over_4_hours,
        case when source.attendances > 0 then try_cast(replace(source.share_published, '%', '') as decimal(9, 4)) end as share_percent_published,
        case when source.type_1 > 0 then try_cast(replace(source.share_type_1_published, '%', '') as decimal(9, 4)) end as share_type_1_percent_published,
        case when source.type_2 > 0 then try_cast(replace(source.share_type_2_published, '%', '') as decimal(9, 4)) end as share_type_2_percent_published,
        case when source.type_3 > 0 then try_cast(replace(source.share_type_3_published, '%', '') as decimal(9, 4)) end as share_type_3_percent_published,
        source.admissions_type_1,
        source.admissions_type_2,
        source.admissions_type_3_4,
        source.admissions_ae,
        source.admissions_other,
        source.admissions,
        source.waits_over_4_hours,
        source.waits_over_12_hours
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from renamed
