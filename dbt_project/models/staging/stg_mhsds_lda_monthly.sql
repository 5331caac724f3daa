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
        {{ mhsds_lda_counts() }}
    from source
)

select * from renamed
