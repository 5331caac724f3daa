-- Grain: one row per region, ICB or trust, month and destination, England among the regions.
{% call discharge_sitrep('acute', 'pathway') %}
    month as month_start,
    destination,
    discharges,
    discharges_status
{% endcall %}
