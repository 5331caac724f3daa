-- Grain: one row per practice, day and file that says where it belongs. `says_network`: a null network means none.
with observations as (
    select
        practice_code, practice_name, extract_date as observed_on, nullif(pcn_code, 'U') as pcn_code, pcn_name,
        true as says_network, sub_icb_location_ons_code as area_code_published, icb_ons_code as icb_code_published,
        1 as preference, release_id
    from {{ ref('stg_gp_registered_patients_practice_map') }}
    union all
    select
        practice_code, practice_name, appointment_month, nullif(pcn_code, 'U'), pcn_name, true, sub_icb_location_code, icb_code,
        2, release_id
    from {{ ref('stg_gp_appointments_practice_mapping') }}
    union all
    select practice_code, null, extract_date, null, null, false, area_ons_code_published, null, 3, release_id
    from {{ ref('stg_gp_registered_patients_practice_totals') }}
    union all
    select practice_code, practice_name, vintage_start, null, null, false, commissioner_code, null, 4, release_id
    from {{ ref('stg_ods_epraccur') }}
    where status = 'active' and prescribing_setting = 'gp_practice' and commissioner_code is not null
)

select observations.*, release.origin
from observations
join {{ source('catalogue', 'release') }} as release using (release_id)
