-- Grain: one row per release in the archive, as known at the run's instant. How many rows an extract has is not told: they may be people.
select
    * exclude (is_published, is_of_people) replace (
        case when is_published then rows_in end as rows_in,
        case when is_published then rows_clean end as rows_clean,
        case when is_published then rows_quarantined end as rows_quarantined
    )
from {{ source('catalogue', 'release') }}
