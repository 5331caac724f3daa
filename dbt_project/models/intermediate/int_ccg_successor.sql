-- Grain: one row per CCG that closed and CCG (or sub-ICB location) that its practices went over to on the next day.
-- The register says when a CCG closed and not what became of it; the practices do: each has the day on which it joined its
-- commissioner. The weight is the share of them, which is exact where all went over to one.
with register as (
    select * from {{ ref('stg_ods_other_commissioners') }}
    where vintage_start = (select max(vintage_start) from {{ ref('stg_ods_other_commissioners') }})
),

closed as (
    select commissioner_code, close_date from register where role is null and close_date is not null
),

memberships as (
    select practice_code, parent_code as commissioner_code, start_date from {{ ref('stg_ods_other_memberships') }}
    union
    select practice_code, commissioner_code, joined_commissioner from {{ ref('stg_ods_epraccur') }}
    where commissioner_code is not null and joined_commissioner is not null
),

turns as (
    select
        practice_code, commissioner_code,
        lead(commissioner_code) over following as next_code, lead(start_date) over following as next_start
    from memberships
    window following as (partition by practice_code order by start_date, commissioner_code)
),

moved as (
    select turns.commissioner_code as old_code, turns.next_code as new_code, closed.close_date + 1 as event_date, count(*) as practices
    from turns
    join closed using (commissioner_code)
    where turns.next_start = closed.close_date + 1 and turns.next_code <> turns.commissioner_code
    group by all
),

-- A code that was open before took others in.
begins_then as (
    select moved.*, register.open_date is not distinct from moved.event_date as is_new
    from moved
    left join register on register.commissioner_code = moved.new_code
)

select
    old_code, new_code, event_date, practices, sum(practices) over (partition by old_code)::bigint as practices_of_old,
    case
        when count(*) over (partition by old_code) > 1 then 'split'
        when count(*) over (partition by new_code, event_date) > 1 or not is_new then 'merged'
        else 'exact'
    end as method,
    (practices / sum(practices) over (partition by old_code))::decimal(9, 6) as weight
from begins_then
