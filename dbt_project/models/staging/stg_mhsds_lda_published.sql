-- Grain: one row per month, kind of area, organisation, primary split and secondary split. Totals of England are rows too: `is_total`.
with source as (
    select * from {{ source('bronze', 'mhsds_lda__published') }}
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
        geography = 'Total data as submitted' as is_total,

        -- split
        primary_measure,
        primary_split,
        nullif(secondary_measure, 'NULL') as secondary_measure,
        nullif(secondary_split, 'NULL') as secondary_split,

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
        referrals_open_at_end_status,
        ctr_pre_admission::decimal(18, 4) as ctr_pre_admission,
        ctr_pre_admission_status,
        ctr_post_admission::decimal(18, 4) as ctr_post_admission,
        ctr_post_admission_status,
        ctr_inpatient::decimal(18, 4) as ctr_inpatient,
        ctr_inpatient_status
    from source
)

select * from renamed
