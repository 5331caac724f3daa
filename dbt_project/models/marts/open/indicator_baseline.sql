-- Grain: one row per indicator of the seven determinants and integrated care board of today: where it stands, how sure that is,
-- and what is needed, from whom, where nothing is held.
with metrics as (
    select * from {{ ref('metric') }} where theme in (select determinant_id from {{ ref('determinant') }})
),

indicators as (
    select
        metric_id as indicator_id,
        theme as determinant,
        metric_name as indicator_name,
        -- Without a local extract to ask for, the publication of its first definition is what is needed.
        coalesce(needs_dataset, source) as needs_dataset,
        coalesce(needs_from, 'its publisher') as needs_from
    from metrics
    where definition_version = 1
),

boards as (
    select area_code, area_name, origin from {{ ref('area') }} where area_type = 'icb' and is_current
),

held as (
    select latest.*, metrics.proof_grade, area.current_area_code, area.origin
    from {{ ref('metric_latest') }} as latest
    join metrics using (metric_key)
    join {{ ref('area') }} as area using (area_key)
    where latest.breakdown_type = 'none' and latest.value is not null
),

-- The first definition of an indicator that has a value speaks for it, in its latest and longest period.
chosen as (
    select *
    from held
    where area_type in ('icb', 'stp')
    qualify row_number() over (
        partition by metric_id, current_area_code
        order by definition_version, period_end desc, period_start, source
    ) = 1
),

measures as (
    select metric_id, current_area_code, count(distinct metric_key) as definitions_held
    from held
    where area_type in ('icb', 'stp')
    group by all
),

-- A published source that speaks of councils, trusts or regions alone has something to say though no board has a value.
elsewhere as (
    select
        metric_id,
        origin,
        string_agg(distinct area_type, ' ' order by area_type) as held_for
    from held
    where area_type not in ('icb', 'stp')
    group by all
)

select
    indicators.indicator_id,
    indicators.determinant,
    indicators.indicator_name,
    boards.area_code,
    boards.area_name,
    chosen.metric_key,
    chosen.period_start,
    chosen.period_end,
    chosen.numerator,
    chosen.denominator,
    chosen.value,
    chosen.unit,
    chosen.lower_95,
    chosen.upper_95,
    coalesce(chosen.value_status, 'missing') as value_status,
    chosen.source,
    chosen.proof_grade,
    coalesce(measures.definitions_held, 0)::integer as definitions_held,
    coalesce(elsewhere.held_for, '') as held_for,
    case when chosen.metric_key is null then indicators.needs_dataset end as needs_dataset,
    case when chosen.metric_key is null then indicators.needs_from end as needs_from,
    case
        when chosen.metric_key is not null then null
        when indicators.needs_dataset like 'lx!_%' escape '!' then
            'ics-marts template ' || upper(replace(left(indicators.needs_dataset, 5), '_', '-'))
        else 'ics-marts add'
    end as needs_how
from indicators
cross join boards
left join chosen
    on chosen.metric_id = indicators.indicator_id and chosen.current_area_code = boards.area_code
left join measures
    on measures.metric_id = indicators.indicator_id and measures.current_area_code = boards.area_code
left join elsewhere
    on elsewhere.metric_id = indicators.indicator_id and elsewhere.origin = boards.origin
