-- Grain: one row per region, ICB or trust, day and measure, England among the regions.
{% call discharge_sitrep('acute', 'daily') %}
    day,
    measure,
    patients,
    patients_status
{% endcall %}
