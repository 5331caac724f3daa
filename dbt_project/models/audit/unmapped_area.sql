-- Grain: one row per dataset and published area code that no area valid at that time answers to.
select
    dataset, area_code_published, area_type, source_rows, dataset_rows, share, max_share, first_period_start, last_period_end
from {{ ref('int_unmapped_area') }}
