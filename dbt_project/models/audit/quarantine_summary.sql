-- Grain: one row per release and contract rule that rows of it broke. How many rows of an extract did is not told: they may be people.
select
    quarantined.release_id,
    quarantined.rule_id,
    case when release.is_published then quarantined.rows end as rows
from {{ source('catalogue', 'quarantine_summary') }} as quarantined
join {{ source('catalogue', 'release') }} as release using (release_id)
