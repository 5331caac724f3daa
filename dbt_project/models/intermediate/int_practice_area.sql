-- Grain: one row per practice, sub-ICB location (or CCG) as published and span of days.
-- What a file says holds from its day to the day before the next; the first speaks for all days before it, the last after.
with observed as (
    select practice_code, observed_on, area_code_published
    from {{ ref('int_practice_observation') }}
    qualify row_number() over (partition by practice_code, observed_on order by preference, release_id) = 1
)

select
    practice_code,
    area_code_published,
    case
        when row_number() over (partition by practice_code order by observed_on) = 1 then date '1900-01-01' else observed_on
    end as span_from,
    coalesce(lead(observed_on) over (partition by practice_code order by observed_on) - 1, date '9999-12-31')::date as span_to,
    'practice files' as stated_by
from observed
