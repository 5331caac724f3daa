-- Grain: one row per practice, supplier that it had and month of the crosstab it belongs to.
with source as (
    select * from {{ source('bronze', 'gp_appointments_practice__mapping') }}
),

dated as (
    select
        source.release_id,
        source.member,
        source.source_row,
        source.gp_code as practice_code,
        source.gp_name as practice_name,
        source.supplier,
        source.pcn_code,
        source.pcn_name,
        source.sub_icb_location_code,
        source.sub_icb_location_name,
        source.icb_code,
        source.icb_name,
        source.region_code,
        source.region_name,
        release.period_start as appointment_month,
        release.origin
    from source
    join {{ source('catalogue', 'release') }} as release using (release_id)
)

select * from dated
