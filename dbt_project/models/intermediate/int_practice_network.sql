-- Grain: one row per practice, primary care network and span of days; a practice is in one network on a day, or in none.
-- The register (ePCN) dates joining and leaving; files of practices that are younger than it take over from their day on,
-- and speak alone for practices that it does not know.
with partners as (
    select * from {{ ref('stg_ods_epcn_partners') }}
    where vintage_start = (select max(vintage_start) from {{ ref('stg_ods_epcn_partners') }})
),

register_day as (
    select coalesce(last_day(max(vintage_start)), date '1900-01-01') as known_to from partners
),

turns as (
    select practice_code, start_date as span_from from partners
    union
    select practice_code, end_date + 1 from partners where end_date is not null
),

stretches as (
    select
        practice_code, span_from,
        coalesce(lead(span_from) over (partition by practice_code order by span_from) - 1, date '9999-12-31')::date as span_to
    from turns
),

-- On days on which the register has a practice in two networks it counts for the one it joined last, of two joined on one
-- day for the one it stayed in.
registered as (
    select stretches.practice_code, partners.pcn_code, stretches.span_from, stretches.span_to
    from stretches
    join partners
        on partners.practice_code = stretches.practice_code
        and stretches.span_from between partners.start_date and coalesce(partners.end_date, date '9999-12-31')
    qualify row_number() over (
        partition by stretches.practice_code, stretches.span_from
        order by partners.start_date desc, coalesce(partners.end_date, date '9999-12-31') desc, partners.pcn_code desc
    ) = 1
),

-- Of two files of one day the preferred one speaks.
observed as (
    select practice_code, observed_on, pcn_code
    from {{ ref('int_practice_observation') }}, register_day
    where says_network
      and (observed_on > register_day.known_to or practice_code not in (select practice_code from partners))
    qualify row_number() over (partition by practice_code, observed_on order by preference, release_id, pcn_code) = 1
),

from_observations as (
    select
        practice_code, pcn_code,
        case
            when practice_code not in (select practice_code from partners)
                and row_number() over (partition by practice_code order by observed_on) = 1 then date '1900-01-01'
            else observed_on
        end as span_from,
        coalesce(lead(observed_on) over (partition by practice_code order by observed_on) - 1, date '9999-12-31')::date as span_to
    from observed
),

first_observed as (
    select practice_code, min(observed_on) as observed_on from observed group by practice_code
)

select practice_code, pcn_code, span_from, span_to, 'practice files' as stated_by
from from_observations
where pcn_code is not null
union all
select
    registered.practice_code, registered.pcn_code, registered.span_from,
    least(registered.span_to, coalesce(first_observed.observed_on - 1, date '9999-12-31'))::date, 'ODS ePCN'
from registered
left join first_observed using (practice_code)
where registered.span_from <= least(registered.span_to, coalesce(first_observed.observed_on - 1, date '9999-12-31'))
