-- Grain: one row per region, ICB or provider, month and reason, England among the regions.
with areas as (
{% call discharge_sitrep('community', 'reason') %}
    reason,
    patients_per_day,
    patients_per_day_status
{% endcall %}
)

select
    areas.*,
    release.period_start as month_start
from areas
join {{ source('catalogue', 'release') }} as release using (release_id)
