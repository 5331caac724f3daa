-- Grain: one row per organisation, 2017/18.
with source as (
    select * from {{ source('bronze', 'sdu_carbon__summary_2017_18') }}
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

        -- plans
        management_plan,
        adaptation_plan,
        on_track,
        travel_plan,

        -- measures
        try_cast(replace(sdat_score, '%', '') as decimal(18, 4)) as sdat_score_percent,
        core_carbon_per_fte,
        core_carbon_per_fte_status,
        try_cast(replace(core_carbon_change, '%', '') as decimal(18, 4)) as core_carbon_change_percent,
        try_cast(replace(water_change, '%', '') as decimal(18, 4)) as water_change_percent,
        water_per_fte,
        water_per_fte_status
    from source
)

select * from renamed
