-- Grain: one row per metric, part, area, period, breakdowns and published column of a record of a publication. Records of
-- local extracts stay in the internal part.
select internal.*
from {{ ref('metric_row_internal') }} as internal
anti join {{ source('disclosure', 'metric_row') }} as mask on mask.release_id = internal.release_id
