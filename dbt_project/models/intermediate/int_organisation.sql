-- Grain: one row per organisation code: general practices, prescribing cost centres, primary care networks, trusts, and
-- commissioners, those that closed among them.
with register as (
    select * from {{ ref('stg_ods_epraccur') }}
    qualify row_number() over (partition by practice_code order by vintage_start desc, release_id) = 1
),

trusts as (
    select * from {{ ref('stg_ods_etr') }}
    -- Early files leave out what closed long ago: the newest that has a trust speaks.
    qualify row_number() over (partition by trust_code order by vintage_start desc, release_id) = 1
),

commissioners as (
    select * from {{ ref('stg_ods_other_commissioners') }}
    qualify row_number() over (partition by commissioner_code order by vintage_start desc, release_id) = 1
),

networks as (
    select * from {{ ref('stg_ods_epcn_networks') }}
    qualify row_number() over (partition by pcn_code order by vintage_start desc, release_id) = 1
),

-- Practices and networks that only the files of practices name.
observed as (
    select
        practice_code, max_by(practice_name, (observed_on, -preference, practice_name)) as practice_name, max(observed_on) as last_observed, min(origin) as origin
    from {{ ref('int_practice_observation') }}
    group by practice_code
),

with_list as (
    select practice_code from {{ ref('stg_gp_registered_patients_practice_totals') }}
    union
    select practice_code from {{ ref('stg_gp_registered_patients_practice_map') }}
    union
    select org_code_published from {{ ref('stg_gp_registered_patients_quinary_age') }} where org_type = 'practice'
),

observed_networks as (
    select pcn_code, max_by(pcn_name, (observed_on, pcn_name)) as pcn_name, min(origin) as origin
    from {{ ref('int_practice_observation') }}
    where pcn_code is not null
    group by pcn_code
),

partners as (
    select pcn_code, min(origin) as origin, max_by(pcn_name, (vintage_start, pcn_name)) as pcn_name
    from {{ ref('stg_ods_epcn_partners') }}
    group by pcn_code
),

named_networks as (
    select pcn_code, pcn_name, origin from partners
    union all
    select pcn_code, pcn_name, origin from observed_networks where pcn_code not in (select pcn_code from partners)
)

select
    practice_code as organisation_code, practice_name as organisation_name,
    -- A few with a list of patients have another setting in the register, such as a walk-in centre.
    case
        when prescribing_setting = 'gp_practice' or practice_code in (select practice_code from with_list) then 'practice'
        else 'cost_centre'
    end as organisation_type,
    status, prescribing_setting, open_date, close_date, postcode, origin, 'ODS epraccur' as named_by
from register
union all
select
    practice_code, coalesce(practice_name, practice_code), 'practice', null, null, null, null, null, origin, 'practice files'
from observed
where practice_code not in (select practice_code from register)
union all
select
    pcn_code, pcn_name, 'pcn', case when close_date is null then 'active' else 'closed' end, null, open_date, close_date,
    postcode, origin, 'ODS ePCN'
from networks
union all
select pcn_code, pcn_name, 'pcn', null, null, null, null, null, origin, 'practice files'
from named_networks
where pcn_code not in (select pcn_code from networks)
union all
select
    trust_code, trust_name, 'trust', case when close_date is null then 'active' else 'closed' end, null, open_date, close_date,
    postcode, origin, 'ODS etr'
from trusts
union all
select
    commissioner_code, commissioner_name, coalesce(role, 'ccg'), case when close_date is null then 'active' else 'closed' end, null,
    open_date, close_date, postcode, origin, 'ODS eccg'
from commissioners
