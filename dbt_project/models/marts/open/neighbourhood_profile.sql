-- Grain: one row per metric, neighbourhood or place, and place that it lies in ('none' where it lies in none): its latest period.
-- From disclosed values alone. Neighbourhoods are networks, wards and what a system declares; numbers of things are shown and neither
-- compared nor ranked, because they are larger where more people live.
with places as (
    select place_code, min(level) as level, min(model) as model, bool_or(is_overlapping) as is_overlapping
    from {{ ref('place_membership') }}
    group by place_code
),

latest as (
    select
        mv.*, metric.metric_name, metric.theme, metric.direction, {{ is_comparable('mv.method', 'mv.unit') }} as is_comparable,
        coalesce(places.level, 'neighbourhood') as level, places.model, coalesce(places.is_overlapping, false) as is_overlapping
    from {{ ref('metric_latest') }} as mv
    join {{ ref('metric') }} as metric on metric.metric_key = mv.metric_key and metric.source = mv.source
    left join places on places.place_code = mv.area_code
    where mv.area_type in ('pcn', 'ward', 'place') and mv.breakdown_type = 'none'
    -- Of periods that end on one day the longest.
    qualify row_number() over (
        partition by mv.metric_key, mv.area_code order by mv.period_end desc, mv.period_start, mv.period_type
    ) = 1
),

days as (
    select distinct area_code, area_type, period_end from latest
),

ancestors as (
    select ancestor.*, area.area_type as ancestor_type
    from {{ ref('int_area_ancestor') }} as ancestor
    join {{ ref('int_area') }} as area on area.area_code = ancestor.ancestor_code
    where area.area_type in ('icb', 'stp', 'place', 'pcn', 'ward')
),

boards as (
    select area_code, ancestor_code as icb_code, span_from, span_to from ancestors where ancestor_type in ('icb', 'stp')
),

-- A network is in the board of most of its practices, a ward in that of most of its small areas; a place is its board's own.
board_of as (
    select days.area_code, days.period_end, boards.icb_code
    from days
    join ancestors as parts
        on parts.ancestor_code = days.area_code
        and days.period_end between parts.span_from and parts.span_to
        and (parts.area_code = days.area_code) = (days.area_type = 'place')
    join boards
        on boards.area_code = parts.area_code and days.period_end between boards.span_from and boards.span_to
    group by days.area_code, days.period_end, boards.icb_code
    qualify row_number() over (partition by days.area_code, days.period_end order by count(*) desc, boards.icb_code) = 1
),

places_of as (
    select days.area_code, days.period_end, ancestors.ancestor_code as place_code
    from days
    join ancestors
        on ancestors.area_code = days.area_code
        and ancestors.ancestor_type = 'place'
        and ancestors.ancestor_code <> days.area_code
        and days.period_end between ancestors.span_from and ancestors.span_to
),

-- The latest period that ended before this one began: they share no day.
previous as (
    select
        latest.metric_key, latest.area_code, earlier.period_key, earlier.value, earlier.lower_95, earlier.upper_95
    from latest
    join {{ ref('metric_value') }} as earlier
        on earlier.metric_key = latest.metric_key
        and earlier.area_code = latest.area_code
        and earlier.source = latest.source
        and earlier.period_type = latest.period_type
        and earlier.breakdown_type = 'none'
        and earlier.period_end < latest.period_start
    qualify row_number() over (
        partition by latest.metric_key, latest.area_code order by earlier.period_end desc, earlier.period_start
    ) = 1
),

whole_areas as (
    select metric_key, area_code, area_name, period_key, period_type, source, value
    from {{ ref('metric_value') }}
    where breakdown_type = 'none' and area_type in ('icb', 'stp', 'place')
),

in_boards as (
    select
        latest.*, board_of.icb_code, board.area_name as icb_name, of_board.value as icb_value,
        previous.period_key as previous_period_key, previous.value as previous_value,
        previous.lower_95 as previous_lower_95, previous.upper_95 as previous_upper_95,
        case
            when latest.value is null then 'value_missing'
            when previous.value is null then 'baseline_missing'
            when latest.lower_95 is null or latest.upper_95 is null or previous.lower_95 is null or previous.upper_95 is null then 'no_limits'
            else 'compared'
        end as change_status,
        -- Alike are ranked together: those of one kind, level and model, in one board and period.
        case when latest.is_comparable and latest.value is not null and board_of.icb_code is not null then
            rank() over (
                partition by
                    latest.metric_key, latest.area_type, latest.level, latest.model, latest.period_key, latest.period_type, board_of.icb_code,
                    latest.is_comparable and latest.value is not null
                order by case latest.direction when 'down' then latest.value else -latest.value end
            )
        end as rank_in_icb,
        case when latest.is_comparable and latest.value is not null and board_of.icb_code is not null then
            count(*) over (
                partition by
                    latest.metric_key, latest.area_type, latest.level, latest.model, latest.period_key, latest.period_type, board_of.icb_code,
                    latest.is_comparable and latest.value is not null
            )
        end as ranked_in_icb
    from latest
    left join board_of using (area_code, period_end)
    left join {{ ref('area') }} as board on board.area_code = board_of.icb_code
    left join whole_areas as of_board
        on of_board.metric_key = latest.metric_key
        and of_board.area_code = board_of.icb_code
        and of_board.period_key = latest.period_key
        and of_board.period_type = latest.period_type
        and of_board.source = latest.source
    left join previous on previous.metric_key = latest.metric_key and previous.area_code = latest.area_code
),

in_places as (
    select
        in_boards.*, coalesce(places_of.place_code, 'none') as place_code, place.area_name as place_name,
        of_place.value as place_value,
        {{ difference_lower('in_boards.value', 'in_boards.lower_95', 'previous_value', 'previous_upper_95') }} as change_lower,
        {{ difference_upper('in_boards.value', 'in_boards.upper_95', 'previous_value', 'previous_lower_95') }} as change_upper
    from in_boards
    left join places_of using (area_code, period_end)
    left join {{ ref('area') }} as place on place.area_code = places_of.place_code
    left join whole_areas as of_place
        on of_place.metric_key = in_boards.metric_key
        and of_place.area_code = places_of.place_code
        and of_place.period_key = in_boards.period_key
        and of_place.period_type = in_boards.period_type
        and of_place.source = in_boards.source
)

select
    metric_key, area_key, period_key, metric_name, theme, direction, area_code, area_name, area_type, level, model, is_overlapping,
    period_start, period_end, period_type, numerator, denominator, value, unit, lower_95, upper_95, value_status, is_comparable,
    {%- for reference in ['icb', 'place'] %}
    {{ reference }}_code, {{ reference }}_name, {{ reference }}_value,
    case when is_comparable then round(value - {{ reference }}_value, 10) end as {{ reference }}_difference,
    case when is_comparable then {{ compared('lower_95', 'upper_95', reference ~ '_value', 'direction') }} end as {{ reference }}_verdict,
    case
        when {{ reference }}_name is null then 'no_reference_area'
        when not is_comparable then 'not_comparable'
        when value is null then 'value_missing'
        when {{ reference }}_value is null then 'reference_missing'
        when lower_95 is null or upper_95 is null then 'no_limits'
        else 'compared'
    end as {{ reference }}_status,
    {%- endfor %}
    rank_in_icb::integer as rank_in_icb, ranked_in_icb::integer as ranked_in_icb,
    previous_period_key, previous_value, round(value - previous_value, 10) as change,
    case when change_status = 'compared' then change_lower end as change_lower_95,
    case when change_status = 'compared' then change_upper end as change_upper_95,
    case when change_status = 'compared' then {{ compared('change_lower', 'change_upper', 0, 'direction') }} end as change_verdict,
    change_status, source
from in_places
