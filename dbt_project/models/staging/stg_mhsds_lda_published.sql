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
        {{ mhsds_lda_counts() }},
        ctr_pre_admission::decimal(18, 4) as ctr_pre_admission,
        ctr_pre_admission_status,
        ctr_post_admission::decimal(18, 4) as ctr_post_admission,
        ctr_post_admission_status,
        ctr_inpatient::decimal(18, 4) as ctr_inpatient,
        ctr_inpatient_status
    from source
)

select * from renamed
