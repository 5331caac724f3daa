-- Grain: one row per practice, staff group, role, measure and month; the role Total is the whole group.
with source as (
    select * from {{ source('bronze', 'gp_workforce__practice_high_level') }}
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

        -- who
        staff_group,
        staff_role,
        staff_role = 'Total' as is_group_total,

        -- measures
        measure,
        value,
        value_status
    from source
)

select * from renamed
