-- Grain: one row per practice, kind of area (location: sub-ICB location or CCG; system: ICB or STP), area as published and
-- span of days.
-- What a file says holds from its day to the day before the next that says it; the first speaks for all days before it,
-- the last for all after. What it says of an STP ends with the STPs and what it says of an ICB begins with the ICBs, because
-- boundaries moved that day: Bassetlaw's practices were in South Yorkshire's STP and are in Nottinghamshire's ICB.
with observed as (
    select practice_code, observed_on, 'location' as kind, area_code_published, preference, release_id
    from {{ ref('int_practice_observation') }}
    union all
    select practice_code, observed_on, 'system', icb_code_published, preference, release_id
    from {{ ref('int_practice_observation') }}
    where icb_code_published is not null
),

icbs as (
    select established_on from {{ ref('area_established') }} where area_type = 'icb'
),

-- Of two files of one day the preferred one speaks.
one_a_day as (
    select
        practice_code, kind, observed_on, area_code_published,
        kind = 'system' and observed_on < icbs.established_on as is_of_stps,
        case when kind = 'system' and observed_on >= icbs.established_on then icbs.established_on else date '1900-01-01' end as earliest,
        case when kind = 'system' and observed_on < icbs.established_on then icbs.established_on - 1 else date '9999-12-31' end as latest
    from observed, icbs
    qualify row_number() over (
        partition by practice_code, kind, observed_on order by preference, release_id, area_code_published
    ) = 1
)

select
    practice_code,
    kind,
    area_code_published,
    case
        when row_number() over (partition by practice_code, kind, is_of_stps order by observed_on) = 1 then earliest
        else observed_on
    end as span_from,
    coalesce(
        lead(observed_on) over (partition by practice_code, kind, is_of_stps order by observed_on) - 1, latest
    )::date as span_to,
    'practice files' as stated_by
from one_a_day
