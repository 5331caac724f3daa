-- Grain: one row per region, ICB or trust, week and length of stay, England among the regions.
with areas as (
{% call discharge_sitrep('acute', 'bed_days') %}
    week as week_start,
    stay,
    bed_days,
    bed_days_status
{% endcall %}
)

select
    areas.*,
    release.period_start as month_start
from areas
join {{ source('catalogue', 'release') }} as release using (release_id)
