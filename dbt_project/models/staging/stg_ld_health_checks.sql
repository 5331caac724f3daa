-- Grain: one row per practice, indicator, measure and month, as published.
with source as (
    select * from {{ source('bronze', 'ld_health_checks__practices') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- practice, as published
        practice_code,
        practice_name,

        -- where it belongs, as published
        pcn_code,
        pcn_name,
        sub_icb_location_ons_code as area_code_published,
        sub_icb_location_code as area_ods_code_published,
        icb_code,
        icb_ons_code,
        region_code,
        region_ons_code,

        -- time
        date_trunc('month', achievement_date)::date as month_start,
        achievement_date as month_end,

        -- what is counted
        indicator,
        measure,
        case
            when indicator = 'LDHC021' then 'in the month'
            when indicator like 'LD_REG%' then 'on the last day'
            else 'since April'
        end as accumulates,

        -- measure
        value::decimal(18, 4) as patients,
        value_status as patients_status
    from source
)

select * from renamed
