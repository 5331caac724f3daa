-- Grain: one row per dataset and published area code that no area valid at that time answers to. Of extracts the codes stand
-- together and uncounted: one row of staff who live in a place may be one person.
with judged as (
    select
        found.*,
        dataset in (select dataset from {{ source('catalogue', 'release') }} where not is_published) as is_extract
    from {{ ref('int_unmapped_area') }} as found
)

select
    dataset, area_code_published, area_type, source_rows, dataset_rows, share, max_share, first_period_start, last_period_end
from judged
where not is_extract
union all
select
    dataset, 'not told', null::varchar, null::bigint, null::bigint, round(sum(share), 2)::decimal(9, 6), max(max_share),
    min(first_period_start), max(last_period_end)
from judged
where is_extract
group by dataset
