-- Grain: one row per location and day of the directory.
with source as (
    select * from {{ source('bronze', 'cqc_directory__locations') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- location
        location_id,
        location_ods_code,
        location_name,
        location_type,
        inspection_directorate,
        inspection_category,
        location_start_date,
        coalesce(dormant = 'Y', false) as dormant,
        coalesce(care_home = 'Y', false) as care_home,
        care_home_beds,
        dual_registered,
        dual_primary_id,

        -- where
        postcode,
        uprn,
        latitude,
        longitude,
        local_authority_name,
        region_name,
        nhs_region_name,
        sub_icb_location_ons_code,
        sub_icb_location_name,
        commissioner_code,
        commissioner_name,

        -- provider
        provider_id,
        provider_name,
        provider_type,
        provider_ownership,
        nullif(brand_id, '-') as brand_id,
        nullif(brand_name, '-') as brand_name,

        -- rating
        overall_rating,
        rating_published,
        rating_inherited = 'Y' as rating_inherited,

        -- what it is registered for and whom it serves
        coalesce(activity_detained_treatment = 'Y', false) as activity_detained_treatment,
        coalesce(activity_personal_care = 'Y', false) as activity_personal_care,
        coalesce(service_nursing_home = 'Y', false) as service_nursing_home,
        coalesce(service_residential_home = 'Y', false) as service_residential_home,
        coalesce(service_community_learning_disability = 'Y', false) as service_community_learning_disability,
        coalesce(service_community_mental_health = 'Y', false) as service_community_mental_health,
        coalesce(service_domiciliary = 'Y', false) as service_domiciliary,
        coalesce(service_extra_care = 'Y', false) as service_extra_care,
        coalesce(service_mental_health_hospital = 'Y', false) as service_mental_health_hospital,
        coalesce(service_shared_lives = 'Y', false) as service_shared_lives,
        coalesce(service_supported_living = 'Y', false) as service_supported_living,
        coalesce(band_children = 'Y', false) as band_children,
        coalesce(band_dementia = 'Y', false) as band_dementia,
        coalesce(band_learning_disability_autism = 'Y', false) as band_learning_disability_autism,
        coalesce(band_mental_health = 'Y', false) as band_mental_health,
        coalesce(band_older_people = 'Y', false) as band_older_people,
        coalesce(band_detained = 'Y', false) as band_detained,
        coalesce(band_physical_disability = 'Y', false) as band_physical_disability,
        coalesce(band_whole_population = 'Y', false) as band_whole_population,
        coalesce(band_younger_adults = 'Y', false) as band_younger_adults
    from source
)

select * from renamed
