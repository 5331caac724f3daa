-- Grain: one row per month, kind of area, organisation, table, primary split and secondary split. Totals of England are rows too: `is_total`.
with source as (
    select * from {{ source('bronze', 'mhsds_lda__monthly') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- whom
        geography,
        org_code as org_code_published,
        org_name,
        org_type_code,
        nhs_nhd_split,
        geography = 'Total data as submitted' as is_total,

        -- split
        table_number,
        primary_measure,
        primary_split,
        nullif(secondary_measure, 'NULL') as secondary_measure,
        nullif(secondary_split, 'NULL') as secondary_split,

        -- time
        period_start,
        period_end,

        -- measures
        restraint_people::decimal(18, 4) as restraint_people,
        restraint_people_status,
        restraints::decimal(18, 4) as restraints,
        restraints_status,
        spells_open_at_start::decimal(18, 4) as spells_open_at_start,
        spells_open_at_start_status,
        admissions::decimal(18, 4) as admissions,
        admissions_status,
        discharges::decimal(18, 4) as discharges,
        discharges_status,
        admissions_and_discharges::decimal(18, 4) as admissions_and_discharges,
        admissions_and_discharges_status,
        spells_open_at_end::decimal(18, 4) as spells_open_at_end,
        spells_open_at_end_status,
        ward_stays_open_at_start::decimal(18, 4) as ward_stays_open_at_start,
        ward_stays_open_at_start_status,
        ward_stays_starting::decimal(18, 4) as ward_stays_starting,
        ward_stays_starting_status,
        ward_stays_ending::decimal(18, 4) as ward_stays_ending,
        ward_stays_ending_status,
        ward_stays_starting_and_ending::decimal(18, 4) as ward_stays_starting_and_ending,
        ward_stays_starting_and_ending_status,
        ward_stays_open_at_end::decimal(18, 4) as ward_stays_open_at_end,
        ward_stays_open_at_end_status,
        referrals_open_at_start::decimal(18, 4) as referrals_open_at_start,
        referrals_open_at_start_status,
        referrals_starting::decimal(18, 4) as referrals_starting,
        referrals_starting_status,
        referrals_ending::decimal(18, 4) as referrals_ending,
        referrals_ending_status,
        referrals_starting_and_ending::decimal(18, 4) as referrals_starting_and_ending,
        referrals_starting_and_ending_status,
        referrals_open_at_end::decimal(18, 4) as referrals_open_at_end,
        referrals_open_at_end_status
    from source
)

select * from renamed
