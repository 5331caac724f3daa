-- Grain: one row per snapshot day, ICB and LSOA of home (null: not known) of the staff of all employers; never a person.
-- LX-01 promises its submitters a least count: of fewer than five nothing is shown, nor of the next LSOA where the hidden
-- ones could be had by subtraction from the whole.
with counted as (
    select
        period_start as snapshot_date,
        icb_code,
        home_lsoa_code,
        count(distinct employee_hash) as staff
    from {{ ref('stg_lx_01_staff_residence') }}
    group by all
),

judged as (
    select
        *,
        {{ people_below('staff', ['snapshot_date', 'icb_code'], 'home_lsoa_code') }} as staff_below
    from counted
)

select
    snapshot_date,
    icb_code,
    home_lsoa_code,
    case when {{ enough_people('staff', 'staff_below') }} then staff end as staff,
    case when {{ enough_people('staff', 'staff_below') }} then 'exact' else 'suppressed' end as value_status
from judged
