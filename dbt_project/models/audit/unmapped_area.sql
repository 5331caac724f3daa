-- Grain: one row per dataset and published area code that no area valid at that time answers to.
select * from {{ ref('int_unmapped_area') }}
