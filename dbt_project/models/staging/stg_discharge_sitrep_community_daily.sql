-- Grain: one row per region, ICB or provider, day and measure, England among the regions.
{% call discharge_sitrep('community', 'daily') %}
    day,
    measure,
    patients,
    patients_status
{% endcall %}
