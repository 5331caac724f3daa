-- Grain: one row per region, ICB or provider, month and destination, England among the regions.
with areas as (
{% call discharge_sitrep('community', 'pathway') %}
    destination,
    discharges,
    discharges_status
{% endcall %}
)

select
    areas.*,
    release.period_start as month_start
from areas
join {{ source('catalogue', 'release') }} as release using (release_id)
