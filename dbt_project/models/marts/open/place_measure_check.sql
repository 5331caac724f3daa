-- Grain: one row per kind of check and row of a local extract of place measures that it judges.
-- Stated figures against each other and against what they can be: nothing is put right, the stated figure stays as it is.
with stated as (
    select
        *, {{ decimal_places('value_published') }} as places,
        (value_published * (10 ** {{ decimal_places('value_published') }})::bigint)::bigint as scaled
    from {{ ref('place_measure') }}
    where value_published is not null
),

practices as (
    select area_code, period_end, release_id, value_published as practices
    from stated
    where metric_id = 'pc_01' and breakdown_type = 'none'
    qualify row_number() over (partition by area_code, release_id order by period_end desc, source_row) = 1
),

-- A percentage of so many: its own denominator, else the practices of the area where it is a share of practices.
percentages as (
    select
        stated.*, coalesce(stated.denominator, practices.practices)::bigint as claimed,
        case when stated.denominator is null then 'practices that the same document counts' else 'its own denominator' end as claimed_from
    from stated
    left join practices
        on practices.area_code = stated.area_code
        and practices.release_id = stated.release_id
        and stated.metric_id in ({{ claimed_of_practices() }})
    where stated.unit = 'percent' and stated.qualifier = 'exact' and stated.value_published between 0 and 100
),

-- Every fraction of up to 400, and of what is claimed, that prints as the percentage.
fractions as (
    select percentages.release_id, percentages.member, percentages.source_row, percentages.claimed, numbers.n, {{ k_that_prints('scaled', 'places', 'numbers.n') }} as k
    from percentages
    join (
        select unnest(range(1, 401)) as n
        union
        select claimed from percentages where claimed is not null
    ) as numbers on numbers.n <= 400 or numbers.n = percentages.claimed
),

-- The smallest, and those within fifteen in a hundred of what is claimed.
possible as (
    select
        release_id, member, source_row,
        arg_min(k || '/' || n, n) as smallest,
        string_agg(k || '/' || n, ' ' order by n) filter (abs(n - claimed) <= 0.15 * claimed) as near_claimed,
        bool_or(n = claimed) as claimed_prints
    from fractions
    where k is not null
    group by release_id, member, source_row
),

of_fractions as (
    select
        'denominator' as check_kind, percentages.*, percentages.claimed::decimal(18, 4) as compared_with,
        {{ percentage('round(value_published * claimed / 100)', 'claimed') }} as computed,
        concat_ws('; near: ', possible.smallest, case when percentages.places > 0 then possible.near_claimed end) as possible_fractions,
        case
            when claimed is null then 'no denominator'
            when possible.claimed_prints then 'fits'
            else 'cannot be'
        end as verdict,
        case
            when claimed is null then 'the source gives no denominator; the smallest fraction that prints so is ' || possible.smallest
            when possible.claimed_prints then 'a whole number of ' || claimed || ' (' || claimed_from || ') prints so'
            else
                'no whole number of ' || claimed || ' (' || claimed_from || ') prints so; the smallest fraction that does is '
                || possible.smallest || ', near ' || claimed || ' only ' || coalesce(possible.near_claimed, 'none')
        end as explanation
    from percentages
    left join possible using (release_id, member, source_row)
),

unrated as (
    select release_id, area_code, period_end, sum(value_published) as unrated
    from stated
    where metric_id = 'pc_03' and breakdown_value = 'Unrated'
    group by all
),

of_unrated as (
    select
        'unrated in the denominator' as check_kind, stated.*, (stated.denominator - unrated.unrated)::decimal(18, 4) as compared_with,
        {{ percentage('stated.numerator', '(stated.denominator - unrated.unrated)') }} as computed, null::varchar as possible_fractions,
        'depends on the denominator' as verdict,
        'of all ' || stated.denominator::bigint || ' practices, ' || unrated.unrated::bigint || ' of them unrated; of the '
            || (stated.denominator - unrated.unrated)::bigint || ' rated it is '
            || round({{ percentage('stated.numerator', '(stated.denominator - unrated.unrated)') }}, 1) || '%' as explanation
    from stated
    join unrated using (release_id, area_code, period_end)
    where stated.metric_id = 'pc_02' and stated.unit = 'percent' and unrated.unrated > 0
),

-- Wholes and the metrics that add up to them: staff, ratings, and networks of the places of a board.
parts_of as (
    select * from (values ('pc_08', 'pc_09'), ('pc_08', 'pc_10'), ('pc_08', 'pc_11'), ('pc_08', 'pc_12'), ('pc_01', 'pc_03')) as parts (whole_id, part_id)
),

sums as (
    select
        whole.release_id, whole.member, whole.source_row, sum(part.value_published)::decimal(18, 4) as summed,
        string_agg(part.value_published::bigint::varchar, ' + ' order by part.metric_id, part.source_row) as terms
    from stated as whole
    join parts_of on parts_of.whole_id = whole.metric_id
    join stated as part
        on part.metric_id = parts_of.part_id
        and part.release_id = whole.release_id
        and part.area_code = whole.area_code
        and part.period_end = whole.period_end
    where whole.breakdown_type = 'none'
    group by all
    union all
    select
        whole.release_id, whole.member, whole.source_row, sum(part.value_published)::decimal(18, 4),
        string_agg(part.value_published::bigint::varchar, ' + ' order by part.source_row)
    from stated as whole
    join {{ ref('place') }} as place on place.icb_code = whole.area_code
    join stated as part
        on part.area_code = place.place_code
        and part.metric_id = whole.metric_id
        and part.release_id = whole.release_id
        and part.period_end = whole.period_end
    where whole.metric_id = 'pc_04'
    group by all
),

of_sums as (
    select
        'sum of parts' as check_kind, stated.*, sums.summed as compared_with, sums.summed::double as computed,
        null::varchar as possible_fractions,
        case when sums.summed = stated.value_published then 'agrees' else 'does not agree' end as verdict,
        'its parts ' || sums.terms || ' add up to ' || sums.summed::bigint as explanation
    from stated
    join sums using (release_id, member, source_row)
),

-- The increase that a quote names, against the two figures; where only one is stated, the other is implied.
changes as (
    select
        later.*, earlier.value_published as earlier_value,
        max(replace(regexp_extract(quoted.quote, 'increase (?:of|in) (?:over )?([0-9,]+)', 1), ',', ''))::decimal(18, 4) as increase
    from stated as later
    left join stated as earlier
        on earlier.metric_id = later.metric_id
        and earlier.release_id = later.release_id
        and earlier.area_code = later.area_code
        and earlier.measure = later.measure
        and earlier.period_end = (later.period_end - interval 1 year)::date
    join stated as quoted
        on quoted.release_id = later.release_id
        and quoted.area_code = later.area_code
        and quoted.measure = later.measure
        and quoted.period_end in (later.period_end, earlier.period_end)
    where regexp_matches(quoted.quote, 'increase (?:of|in) (?:over )?[0-9,]+')
      and (earlier.value_published is not null or not regexp_matches(later.quote, 'from [A-Z][a-z]+ [0-9]{4} when'))
    group by all
),

of_changes as (
    select
        'change' as check_kind, changes.* exclude (earlier_value, increase), increase as compared_with,
        (value_published - earlier_value)::double as computed, null::varchar as possible_fractions,
        case
            when earlier_value is null then 'no base'
            when value_published - earlier_value = increase then 'agrees'
            else 'does not agree'
        end as verdict,
        case
            when earlier_value is null then 'the source states an increase of ' || increase::bigint || ' and not what it started from'
            else
                value_published::bigint || ' less ' || earlier_value::bigint || ' is ' || (value_published - earlier_value)::bigint
                || '; the source says ' || increase::bigint
        end as explanation
    from changes
),

-- A figure that is set against another of another unit: a walk-in is a consultation and no referral.
of_units as (
    select
        'unit of the denominator' as check_kind, stated.*, whole.value_published::decimal(18, 4) as compared_with,
        {{ percentage('stated.value_published', 'whole.value_published') }} as computed, null::varchar as possible_fractions,
        'another unit' as verdict,
        stated.value_published::bigint || ' ' || stated.unit || ' are set against ' || whole.value_published::bigint || ' ' || whole.unit
            || ' (' || round({{ percentage('stated.value_published', 'whole.value_published') }}, 1) || '%); the remaining '
            || (whole.value_published - stated.value_published)::bigint
            || ' are no consultations for these conditions, and may be consultations of other kinds' as explanation
    from stated
    join stated as whole
        on whole.release_id = stated.release_id
        and whole.area_code = stated.area_code
        and whole.period_start = stated.period_start
        and whole.period_end = stated.period_end
        and whole.value_published = stated.denominator
        and whole.unit <> stated.unit
    where stated.unit <> 'percent' and stated.value_published = stated.numerator
),

-- Five shares of a score: the smallest number of which all are whole parts is trusts times the highest level, 2.
scores as (
    select *, {{ k_that_prints('scaled', 'places', 'numbers.n') }} as k
    from stated
    cross join (select unnest(range(2, 101, 2)) as n) as numbers
    where metric_id between 'pc_43' and 'pc_47' and unit = 'percent'
),

common as (
    select release_id, area_code, min(n) as n
    from (
        select release_id, area_code, n
        from scores
        group by release_id, area_code, n
        having count(*) filter (k is null) = 0 and count(*) > 1
    ) as whole
    group by release_id, area_code
),

of_scores as (
    select
        'score' as check_kind, scores.* exclude (n, k), common.n::decimal(18, 4) as compared_with, {{ percentage('k', 'common.n') }} as computed,
        k || '/' || common.n as possible_fractions, 'inferred' as verdict,
        'a score, not a share of trusts: all areas of it are whole parts of ' || common.n || ' and of no smaller even number, as '
            || common.n // 2 || ' trusts at levels 0 to 2 give; together ' || sum(k) over (partition by release_id, area_code) || ' of '
            || common.n * count(*) over (partition by release_id, area_code) as explanation
    from scores
    join common using (release_id, area_code, n)
),

-- The difference to a region that a row states, against the two rates of its release.
of_differences as (
    select
        'difference' as check_kind, stated.*, (rate.value_published - region.value_published)::decimal(18, 4) as compared_with,
        (rate.value_published - region.value_published)::double as computed, null::varchar as possible_fractions,
        case when rate.value_published - region.value_published = stated.value_published then 'agrees' else 'does not agree' end as verdict,
        rate.value_published::decimal(18, 1) || ' less ' || region.value_published::decimal(18, 1) || ' is '
            || (rate.value_published - region.value_published)::decimal(18, 1) as explanation
    from stated
    join stated as rate
        on rate.release_id = stated.release_id
        and rate.area_code = stated.area_code
        and rate.period_end = stated.period_end
        and rate.metric_id = 'pc_24'
    join stated as region
        on region.release_id = stated.release_id
        and region.period_end = stated.period_end
        and region.metric_id = 'pc_24'
        and region.area_code like 'E40%'
    where stated.measure like '%difference to region'
),

checks as (
    {%- for kind in ['fractions', 'unrated', 'sums', 'changes', 'units', 'scores', 'differences'] %}
    select
        check_kind, metric_id, measure, area_code, period_start, period_end, value_published, unit, compared_with, computed,
        possible_fractions, verdict, explanation, stated_in, release_id, member, source_row
    from of_{{ kind }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    check_kind, metric_id, measure, area_code, period_start, period_end, value_published, unit, compared_with, computed,
    possible_fractions, verdict, explanation, stated_in, release_id, member, source_row
from checks
