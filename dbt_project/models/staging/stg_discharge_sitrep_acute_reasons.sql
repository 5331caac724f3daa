-- Grain: one row per region, ICB or trust, month and reason, England among the regions.
{% call discharge_sitrep('acute', 'reason') %}
    month as month_start,
    reason,
    patients_per_day,
    patients_per_day_status
{% endcall %}
