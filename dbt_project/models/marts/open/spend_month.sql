-- Grain: one row per organisation, ICB, month, supplier_type, supplier_location and influenceable (LX-05, pay left out); after disclosure
-- control. What an individual was paid is not shown where there are fewer than five of them.
{{ disclosed('spend_month', nulled=['amount_gbp', 'payments', 'suppliers'], status='value_status') }}
