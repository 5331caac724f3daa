-- Grain: one row per record (payment, theme of a contract, line of a published list), metric version of es_09 to es_12, part, and
-- kind of area that the record gives to.
{{ config(materialized='view', meta={'rows_from_staging': true}) }}
with payments as (
    select *, row_number() over (partition by release_id, org_code order by source_row, member) = 1 as is_first
    from {{ ref('int_trust_spend') }}
),

-- Each way in which a payment counts: to which metric and part, and which payments do.
ways_of_payments as (
    select *
    from (
        values
            ('es_09', 1, 'numerator', 'within the ICS'),
            ('es_09', 2, 'numerator', 'within the ICS'),
            ('es_09', 2, 'denominator', 'all'),
            ('es_09', 4, 'numerator', 'all'),
            ('es_09', 5, 'numerator', 'place not known'),
            ('es_09', 5, 'denominator', 'all'),
            ('es_10', 1, 'numerator', 'influenceable'),
            ('es_10', 2, 'numerator', 'influenceable'),
            ('es_10', 2, 'denominator', 'all'),
            ('es_10', 3, 'numerator', 'partly influenceable'),
            ('es_10', 4, 'numerator', 'not influenceable'),
            ('es_12', 1, 'numerator', 'target group'),
            ('es_12', 2, 'numerator', 'target group'),
            ('es_12', 2, 'denominator', 'all')
    ) as ways (metric_id, definition_version, part, which)
),

-- A ledger without one payment of a kind says nought of it, which is not the same as nothing: its first payment stands for that.
counted as (
    select
        *,
        case which
            when 'all' then true
            when 'within the ICS' then supplier_location = 'within the ICS'
            when 'place not known' then supplier_location = 'not known'
            when 'influenceable' then influenceable = 'yes'
            when 'partly influenceable' then influenceable = 'partly'
            when 'not influenceable' then influenceable = 'no'
            when 'target group' then is_target_group
        end as counts
    from payments
    cross join ways_of_payments as ways
),

of_payments as (
    select
        metric_id,
        definition_version,
        part,
        org_code as area_code_published,
        'icb trust' as geographies,
        period_start,
        period_end,
        period_type,
        case
            when not counts then ''
            when metric_id = 'es_09' and definition_version in (1, 2) then
                {{ breakdowns({'local_basis': 'local_basis', 'supplier_type': supplier_type_shown()}) }}
            when metric_id = 'es_09' and definition_version = 4 then
                {{ breakdowns({'supplier_location': 'supplier_location', 'vat_treatment': 'vat_treatment'}) }}
            when metric_id = 'es_10' and definition_version in (1, 2) then
                {{ breakdowns({'supplier_location': 'supplier_location'}) }}
            when metric_id = 'es_10' then {{ breakdowns({'exclusion_reason': 'exclusion_reason'}) }}
            when metric_id = 'es_12' then
                {{ breakdowns({
                    'supplier_type': supplier_type_shown(), 'supplier_location': 'supplier_location',
                    'led_by_ethnic_minority': led_by('ethnic_minority'), 'led_by_women': led_by('women'),
                    'led_by_disabled': led_by('disabled')
                }) }}
            else ''
        end as breakdowns,
        case when counts then amount_gbp else 0 end::decimal(18, 4) as amount,
        'amount_gbp' as published_column,
        amount_gbp as cell,
        value_status,
        'lx_05_trust_spend' as source,
        release_id,
        member,
        source_row
    from counted
    where counts or is_first
),

-- A payment within the ICS stands a second time where its supplier is: for the council, not for ICB and trust.
of_payments_at_the_supplier as (
    select
        of_payments.* replace (
            payments.supplier_lsoa_code as area_code_published,
            'lower_tier_local_authority upper_tier_local_authority' as geographies
        )
    from of_payments
    join payments using (release_id, member, source_row)
    where of_payments.metric_id = 'es_09' and of_payments.definition_version = 1
      and payments.supplier_location = 'within the ICS' and payments.supplier_lsoa_code is not null
),

themes as (
    select
        *,
        -- The value of a contract stands in the row of each of its themes.
        row_number() over (partition by release_id, contract_id order by source_row, member) as theme_number,
        string_agg(distinct framework, ' ' order by framework) over (partition by release_id, contract_id) as frameworks
    from {{ ref('stg_lx_06_social_value') }}
),

-- The same of a theme of a contract: which figure it gives.
ways_of_themes as (
    select *
    from (
        values
            (1, 'numerator', 'delivered_gbp'),
            (2, 'numerator', 'delivered_gbp'),
            (2, 'denominator', 'committed_gbp'),
            (3, 'numerator', 'delivered_gbp'),
            (3, 'denominator', 'contract_value_gbp')
    ) as ways (definition_version, part, published_column)
),

figures_of_themes as (
    select
        themes.*,
        ways.*,
        case ways.published_column
            when 'delivered_gbp' then themes.delivered_gbp
            when 'committed_gbp' then themes.committed_gbp
            else themes.contract_value_gbp
        end as figure
    from themes
    join ways_of_themes as ways
        on ways.published_column <> 'contract_value_gbp' or themes.theme_number = 1
),

of_themes as (
    select
        'es_11' as metric_id,
        definition_version,
        part,
        submitting_org_code as area_code_published,
        'icb trust' as geographies,
        period_start,
        period_end,
        period_type,
        case
            when published_column = 'contract_value_gbp' then 'framework=' || replace(frameworks, ' ', ';framework=')
            when definition_version = 3 then {{ breakdowns({'framework': 'framework'}) }}
            else {{ breakdowns({'framework': 'framework', 'theme': 'theme', 'evidence': 'evidence'}) }}
        end as breakdowns,
        figure as amount,
        published_column,
        figure as cell,
        {{ status_of_extract() }} as value_status,
        'lx_06_social_value' as source,
        release_id,
        member,
        source_row
    from figures_of_themes
),

bodies as (
    select * from {{ ref('int_spend_body') }}
),

lines as (
    select
        release_id, member, source_row, 'payments' as table_name, coalesce(body_name_published, body_part) as body_name,
        list_month_start as month_start, amount_gbp
    from {{ ref('stg_spend_over_25k_payments') }}
    union all
    select release_id, member, source_row, 'payment_history', body_name_published, payment_month_start, amount_gbp
    from {{ ref('stg_spend_over_25k_payment_history') }}
),

-- A compiled list gives way to the body's own list of the month, which it may be made from.
of_lines as (
    select
        'es_09' as metric_id,
        3 as definition_version,
        'numerator' as part,
        coalesce(bodies.area_code, lines.body_name) as area_code_published,
        -- What one body pays is no part of what another area pays.
        coalesce(bodies.area_type, 'trust') as geographies,
        bodies.month_start as period_start,
        bodies.month_end as period_end,
        'month' as period_type,
        {{ breakdowns({'line_size': "case when lines.amount_gbp > 25000 then 'over 25,000' else '25,000 or less' end"}) }} as breakdowns,
        lines.amount_gbp as amount,
        'amount' as published_column,
        lines.amount_gbp as cell,
        'exact' as value_status,
        'spend_over_25k' as source,
        lines.release_id,
        lines.member,
        lines.source_row
    from lines
    join bodies using (table_name, release_id, body_name, month_start)
    where lines.table_name = 'payments'
       or not exists (
           select 1 from bodies as own
           where own.table_name = 'payments' and own.area_code = bodies.area_code and own.month_start = bodies.month_start
       )
),

given as (
    select * from of_payments
    union all
    select * from of_payments_at_the_supplier
    union all
    select * from of_themes
    union all
    select * from of_lines
)

select {{ columns_given() }}
from given
