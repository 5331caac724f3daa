-- Grain: one row per organisation, 2016/17.
with source as (
    select * from {{ source('bronze', 'sdu_carbon__summary_2016_17') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- organisation
        org_code,
        org_name,
        org_type,
        nhs_area,
        phe_centre,
        region,

        -- plans
        management_plan,
        adaptation_plan,
        on_track,
        travel_plan,

        -- measures
        good_corporate_citizen,
        reporting_grade,
        try_cast(replace(reporting_score, '%', '') as decimal(18, 4)) as reporting_score_percent,
        energy_change,
        energy_carbon_per_fte,
        energy_carbon_per_fte_status,
        water_change,
        water_per_fte,
        water_per_fte_status,
        waste_high_cost,
        waste_change
    from source
)

select * from renamed
