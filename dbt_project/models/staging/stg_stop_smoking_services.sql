-- Grain: one row per quarter, area, sex, kind of group and group. England's rows are controls: `is_total`.
with source as (
    select * from {{ source('bronze', 'stop_smoking__services') }}
),

renamed as (
    select
        -- provenance
        release_id,
        member,
        source_row,

        -- area
        org_code as area_code_published,
        org_name as area_name,
        org_type as area_type,
        region_code,
        region_name,
        org_type = 'england' as is_total,

        -- who
        sex,
        group_type,
        group_name,

        -- time
        financial_year,
        quarter,
        (financial_year_start + to_months(3 * (quarter::integer - 1)))::date as period_start,
        last_day((financial_year_start + to_months(3 * quarter::integer - 1))::date) as period_end,

        -- measures
        referred::decimal(18, 4) as referred,
        referred_status,
        recipients::decimal(18, 4) as recipients,
        recipients_status,
        set_quit_date::decimal(18, 4) as set_quit_date,
        set_quit_date_status,
        quit::decimal(18, 4) as quit,
        quit_status,
        not_quit::decimal(18, 4) as not_quit,
        not_quit_status,
        not_known::decimal(18, 4) as not_known,
        not_known_status,
        quit_co::decimal(18, 4) as quit_co,
        quit_co_status,
        unengaged_quit::decimal(18, 4) as unengaged_quit,
        unengaged_quit_status,
        quit_percent,
        quit_percent_status,
        not_quit_percent,
        not_quit_percent_status,
        not_known_percent,
        not_known_percent_status,
        quit_co_percent,
        quit_co_percent_status,
        quit_co_of_quitters_percent,
        quit_co_of_quitters_percent_status
    from source
)

select * from renamed
