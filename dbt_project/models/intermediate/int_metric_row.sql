-- Grain: one row per record of a release (release_id, member, source_row), column of it, and part of a metric in an area and
-- period that the record gives to. Metrics without a mart of detail of their own are the sums of these rows.
{{ config(meta={'unites': true}) }}
with given as (
    {{ union_of_built([
        'int_row_employment_skills', 'int_row_research_development', 'int_row_procurement', 'int_row_estates',
        'int_row_population_health', 'int_row_net_zero', 'int_row_civic_leadership', 'int_row_bcf', 'int_row_brs_inpatient',
        'int_row_brs_community', 'int_row_place_primary_care', 'int_row_bcf_money'
    ]) }}
)

select
    metrics.metric_key,
    given.*,
    release.is_of_people,
    canonical.canonical_code as area_code
from given
join {{ source('catalogue', 'metric') }} as metrics using (metric_id, definition_version)
join {{ source('catalogue', 'release') }} as release using (release_id)
-- Null: no area of that day answers to the code; the test of unmapped areas says so.
left join {{ ref('int_area_canonical') }} as canonical
    on canonical.published_code = given.area_code_published
    and given.period_end between canonical.span_from and canonical.span_to
