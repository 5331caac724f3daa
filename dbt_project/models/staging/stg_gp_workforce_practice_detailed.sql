-- Grain: one row per practice, role, gender, measure, age band, country of qualification and month; all stands for totals.
with source as (
    select * from {{ source('bronze', 'gp_workforce__practice_detailed') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- practice
        practice_code,
        practice_name,

        -- where it belongs, as published
        pcn_code,
        pcn_name,
        sub_icb_location_code as area_code_published,
        sub_icb_location_name as area_name_published,
        icb_code,
        icb_name,
        region_code,
        region_name,

        -- who
        role,
        case
            when role in ('GP', 'NURSES', 'DPC', 'ADMIN') then 'group'
            when role in ('GP_EXTG', 'GP_EXL', 'GP_EXTGL') then 'subset'
            else 'role'
        end as role_kind,
        case
            when role like 'GP%' then 'GP'
            when role like 'N%' then 'Nurses'
            when role like 'DPC%' then 'Direct Patient Care'
            else 'Admin/Non-Clinical'
        end as staff_group,
        gender,
        coalesce(age_band, 'all') as age_band,
        coalesce(qualified_in, 'all') as qualified_in,

        -- how sure
        gp_source,
        nurse_source,
        dpc_source,
        admin_source,

        -- measures
        measure,
        value,
        value_status,
        patients::decimal(18, 4) as patients,
        patients_status
    from source
)

select * from renamed
