-- Grain: one row per check, source, release, board, year (or period) and subject of what a plan or a return states.
-- Stated beside recomputed: a plan is never corrected. Verdicts: agrees, differs, not_stated, not_judged.
with expectations as (
    select * from (values
        ('value_is_its_parts', 'a stated value is what its numerator and denominator give, at its own precision',
            'Ask which of the two is right; the parts are used here'),
        ('figure_is_stated', 'a metric of the plan has a figure', 'Fill the cell in, or leave the metric out of the plan'),
        ('one_denominator_fits', 'parts of one count, stated of two years, fit one denominator of about the same size',
            'State the denominators'),
        ('change_reaches_its_least', 'a planned change is at least what the plan itself calls significant', 'Set another target, or another least change'),
        ('change_is_beyond_chance', 'a planned change can be told from chance by the parts that the plan gives',
            'Set a target further off, or count more people'),
        ('scheme_has_one_figure', 'a scheme has the same least and most wherever the plan gives them', 'Keep one, and say in which version it changed'),
        ('figure_stands_once', 'the figures of one scheme are not those of another', 'Look whether a row has slipped'),
        ('amount_is_readable', 'an amount is a number', 'Print the amount whole'),
        ('schemes_reach_total', 'what the schemes add up to leaves room for those that are to be confirmed, and no more', 'Confirm what is open'),
        ('total_is_above_minimum', 'the pool is at least what must be pooled', 'Add what is missing, or say which scheme is beside the pool'),
        ('total_is_minimum_and_a_scheme', 'where a total is above the minimum, a scheme or source explains it', 'Say what the rest is made of'),
        ('same_money_has_one_amount', 'money that stands in two places has one amount', 'Round in one way, or print pounds'),
        ('income_is_expenditure', 'what is planned from a source is what it brings', 'Mend income or expenditure of the source'),
        ('minimum_is_met', 'a source brings at least its minimum', 'Raise the contribution'),
        ('social_care_minimum_is_met', 'the NHS minimum contribution gives to social care at least what it must', 'Plan more social care from it'),
        ('required_field_is_filled', 'every line of spend says type, area, commissioner, and the share of the NHS where both commission', 'Fill it in'),
        ('word_is_of_the_year', 'words are those of the return of the year', 'Choose a word of the list, or add it to the seed bcf_code'),
        ('spend_within_its_range', 'planned spend lies between least and most', 'Mend the range or the plan')
    ) as expectation (check_id, expectation, remedy)
),

money as (
    select * from {{ ref('bcf_pooled_fund') }}
),

figures as (
    select * from {{ ref('bcf_plan_figure') }} where role in ('baseline', 'target')
),

of_figures as (
    select
        'value_is_its_parts' as check_id, board_code, source, period_start, period_end, metric || ' ' || role as subject,
        metric_name as subject_name, coalesce(printed, {{ plain_number('value_stated') }}, '(not shown)') as stated,
        value_stated::double as stated_value, round(value_recomputed, 4)::varchar as recomputed, value_recomputed as recomputed_value,
        case when recompute_ok then 'agrees' else 'differs' end as verdict,
        {{ plain_number('numerator') }} || ' of ' || {{ plain_number('denominator') }} || case value_status when 'rounded' then ', rounded' else '' end as finding,
        release_id
    from figures
    where recompute_ok is not null and denominator is not null
    union all
    select
        'figure_is_stated', board_code, source, period_start, period_end, metric || ' ' || role, metric_name,
        '(blank)', null::double, null::varchar, null::double, 'not_stated', 'no figure, and none is taken to be nought', release_id
    from figures
    where value_status = 'missing'
),

-- 110 of 3.8% and 220 of 7.7%: between which numbers each denominator lies, by the rounding of the percentage.
denominators as (
    select
        *,
        ceil(100.0 * numerator::double / (value_stated::double + half)) as least, floor(100.0 * numerator::double / (value_stated::double - half)) as most
    from (
        select *, 0.5 / pow(10, {{ decimal_places('value_stated') }}) as half
        from figures
        where unit = 'percent' and numerator is not null and denominator is null and value_stated is not null
    )
),

of_denominators as (
    select
        'one_denominator_fits' as check_id, target.board_code, target.source, target.period_start, target.period_end,
        target.metric || ' baseline and target' as subject, target.metric_name as subject_name,
        coalesce(baseline.printed, baseline.value_stated::varchar) || ' and ' || coalesce(target.printed, target.value_stated::varchar) as stated,
        null::double as stated_value,
        greatest(baseline.least, target.least)::bigint || ' to ' || least(baseline.most, target.most)::bigint as recomputed,
        null::double as recomputed_value,
        case when greatest(baseline.least, target.least) <= least(baseline.most, target.most) then 'agrees' else 'differs' end as verdict,
        'denominators that give both, ' || {{ plain_number('baseline.numerator') }} || ' and ' || {{ plain_number('target.numerator') }} || ' counted' as finding,
        target.release_id
    from denominators as target
    join denominators as baseline
        on baseline.release_id = target.release_id and baseline.board_code = target.board_code and baseline.metric = target.metric
        and baseline.role = 'baseline'
    where target.role = 'target'
),

of_changes as (
    select
        'change_reaches_its_least' as check_id, board_code, source, target_start as period_start, target_end as period_end, metric as subject,
        metric_name as subject_name, {{ plain_number('least_change') }} as stated, least_change::double as stated_value,
        planned_change::varchar as recomputed, planned_change as recomputed_value,
        case when planned_change_reaches_least then 'agrees' else 'differs' end as verdict,
        baseline::varchar || ' to ' || target::varchar as finding, release_id
    from {{ ref('bcf_attainment') }}
    where planned_change_reaches_least is not null
    union all
    select
        'change_is_beyond_chance', board_code, source, target_start, target_end, metric, metric_name,
        {{ plain_number('coalesce(baseline_stated, baseline)') }} || ' to ' || {{ plain_number('coalesce(target_stated, target)') }}, null::double,
        round(planned_change_lower_95, 1)::varchar || ' to ' || round(planned_change_upper_95, 1)::varchar, planned_change,
        case when planned_change_is_beyond_chance then 'agrees' else 'differs' end,
        round(baseline, 1)::varchar || ' to ' || round(target, 1)::varchar || ' by its parts, 95% interval of the change; their own intervals '
            || case when baseline_lower_95 <= target_upper_95 and baseline_upper_95 >= target_lower_95 then 'overlap' else 'lie apart' end,
        release_id
    from {{ ref('bcf_attainment') }}
    where planned_change_is_beyond_chance is not null and target_recompute_ok is not null
),

schemes as (
    select * from money where source = 'bcf_plan_document' and line_type = 'expenditure'
),

told_twice as (
    select
        told.board_code, told.source, told.release_id, told.period_start, told.period_end, told.line_id, told.line_name,
        told.minimum_gbp as told_minimum, told.maximum_gbp as told_maximum, told.printed as told,
        tabled.minimum_gbp as table_minimum, tabled.maximum_gbp as table_maximum, tabled.printed as tabled,
        told.minimum_gbp is distinct from tabled.minimum_gbp or told.maximum_gbp is distinct from tabled.maximum_gbp as conflicts
    from schemes as told
    join schemes as tabled using (release_id, board_code, period_start, line_id)
    where told.version = 'narrative' and tabled.version = 'table'
),

of_schemes as (
    select
        'scheme_has_one_figure' as check_id, board_code, source, period_start, period_end, line_id as subject, line_name as subject_name,
        told as stated, told_minimum::double as stated_value, tabled as recomputed, table_minimum::double as recomputed_value,
        case when conflicts then 'differs' else 'agrees' end as verdict, 'narrative, then table' as finding, release_id
    from told_twice
    union all
    select
        'figure_stands_once', one.board_code, one.source, one.period_start, one.period_end, one.line_id || ' and ' || other.line_id,
        one.line_name || ' / ' || other.line_name, one.told, one.told_maximum::double, other.tabled, other.table_minimum::double, 'differs',
        'most of ' || one.line_id || ' in the narrative is least of ' || other.line_id || ' in the table', one.release_id
    from told_twice as one
    join told_twice as other
        on other.release_id = one.release_id and other.board_code = one.board_code and other.period_start = one.period_start
        and other.line_id <> one.line_id and other.table_minimum = one.told_maximum
    where one.conflicts and other.conflicts and one.told_maximum > 0
),

totals as (
    select * from money where source = 'bcf_plan_document' and line_type = 'total' and version = 'summary'
),

-- Of a scheme without a most the most is its least.
sums_of_schemes as (
    select
        release_id, board_code, period_start, sum(minimum_gbp) as least, sum(coalesce(maximum_gbp, minimum_gbp)) as most,
        count(*) filter (minimum_gbp is null) as open_schemes, string_agg(line_id, ', ' order by line_id) filter (minimum_gbp is null) as open_ids
    from schemes
    where version = 'table'
    group by all
),

of_totals as (
    select
        'total_is_above_minimum' as check_id, board_code, source, period_start, period_end, line_id as subject, line_name as subject_name,
        {{ plain_number('planned_gbp') }} as stated, planned_gbp::double as stated_value, {{ plain_number('required_gbp') }} as recomputed,
        required_gbp::double as recomputed_value, case when planned_gbp >= required_gbp then 'agrees' else 'differs' end as verdict,
        'proposed, and what is required' as finding, release_id
    from totals
    where planned_gbp is not null and required_gbp is not null
    union all
    select
        'total_is_minimum_and_a_scheme', totals.board_code, totals.source, totals.period_start, totals.period_end, totals.line_id, totals.line_name,
        {{ plain_number('totals.planned_gbp') }}, totals.planned_gbp::double, {{ plain_number('totals.required_gbp + scheme.minimum_gbp') }},
        (totals.required_gbp + scheme.minimum_gbp)::double, case when scheme.line_id is null then 'differs' else 'agrees' end,
        'required ' || totals.required_gbp::bigint || coalesce(' and ' || scheme.line_id || ' ' || scheme.minimum_gbp::bigint, ', and no scheme of the rest'),
        totals.release_id
    from totals
    left join schemes as scheme
        on scheme.release_id = totals.release_id and scheme.board_code = totals.board_code and scheme.period_start = totals.period_start
        and scheme.version = 'table' and scheme.minimum_gbp = totals.planned_gbp - totals.required_gbp and scheme.maximum_gbp = scheme.minimum_gbp
    where totals.planned_gbp > totals.required_gbp
    qualify row_number() over (partition by totals.release_id, totals.board_code, totals.period_start, totals.line_id order by scheme.line_id) = 1
    union all
    select
        'schemes_reach_total', totals.board_code, totals.source, totals.period_start, totals.period_end, totals.line_id, totals.line_name,
        {{ plain_number('totals.planned_gbp') }}, totals.planned_gbp::double, sums.least::bigint || ' to ' || sums.most::bigint, sums.most::double,
        case when sums.least > totals.planned_gbp or (sums.open_schemes = 0 and sums.most < totals.planned_gbp) then 'differs' when sums.open_schemes > 0 then 'not_judged' else 'agrees' end,
        (totals.planned_gbp - sums.most)::bigint || ' to ' || (totals.planned_gbp - sums.least)::bigint || ' is left for ' || coalesce(sums.open_ids, 'nothing'),
        totals.release_id
    from totals
    join sums_of_schemes as sums using (release_id, board_code, period_start)
    where totals.planned_gbp is not null
),

-- Sources beside the fund stand in the summary in pounds and in the table in thousands: nearer than a thousand is the same money.
sources as (
    select
        tabled.release_id, tabled.board_code, tabled.source, tabled.period_start, tabled.period_end, tabled.line_id, tabled.line_name,
        tabled.planned_gbp, told.planned_gbp as told_gbp, told.line_name as told_name
    from money as tabled
    left join money as told
        on told.release_id = tabled.release_id and told.board_code = tabled.board_code and told.period_start = tabled.period_start
        and told.version = 'summary' and told.line_type = 'income' and abs(told.planned_gbp - tabled.planned_gbp) < 1000
    where tabled.source = 'bcf_plan_document' and tabled.version = 'table' and tabled.line_type = 'income'
),

of_sources as (
    select
        'same_money_has_one_amount' as check_id, board_code, source, period_start, period_end, line_id as subject, line_name as subject_name,
        {{ plain_number('told_gbp') }} as stated, told_gbp::double as stated_value, {{ plain_number('planned_gbp') }} as recomputed, planned_gbp::double as recomputed_value,
        case when told_gbp = planned_gbp then 'agrees' else 'differs' end as verdict, told_name || ', and the table in thousands' as finding, release_id
    from sources
    where told_gbp is not null
),

-- What a year's fund adds up to: the total of the year before, and the sources of the year that are not beside the fund.
sums_of_sources as (
    select
        sources.release_id, sources.board_code, sources.period_start, sum(sources.planned_gbp) as new_money,
        min(before.planned_gbp) as before_gbp
    from sources
    join totals as before
        on before.release_id = sources.release_id and before.board_code = sources.board_code
        and before.period_start = sources.period_start - interval 1 year
    where sources.told_gbp is null
    group by all
),

unreadable as (
    select
        statement.*, sums.new_money, sums.before_gbp, (sums.new_money + sums.before_gbp)::bigint::varchar as restored,
        regexp_replace(regexp_extract(statement.printed, '£[0-9,]+'), '[^0-9]', '', 'g') as digits
    from {{ ref('stg_bcf_plan_document') }} as statement
    left join sums_of_sources as sums using (release_id, board_code, period_start)
    where statement.subject = 'fund' and statement.printed like '%£%' and statement.value is null
),

of_amounts as (
    select
        'amount_is_readable' as check_id, board_code, 'bcf_plan_document' as source, period_start, period_end, subject_id || ' ' || role as subject,
        subject_name, printed as stated, null::double as stated_value, restored as recomputed, restored::double as recomputed_value,
        'differs' as verdict,
        case
            when list_contains(list_transform(range(1, len(restored) + 1), place -> left(restored, place - 1) || substr(restored, place + 1)), digits)
                then 'reconciles when a missing digit is restored: ' || before_gbp::bigint || ' and ' || new_money::bigint
            else 'no digit makes it what it should add up to'
        end as finding,
        release_id
    from unreadable
),

returned as (
    select * from money where source = 'lx_33_bcf_finance'
),

by_source as (
    select
        board_code, source, period_start, period_end, source_of_funding,
        sum(planned_gbp) filter (line_type = 'income') as income, sum(planned_gbp) filter (line_type = 'expenditure') as expenditure,
        sum(required_gbp) as required, sum(required_social_care_gbp) as required_social_care,
        sum(planned_gbp) filter (line_type = 'expenditure' and area_of_spend = 'Social Care') as social_care, min(release_id) as release_id
    from returned
    where line_type <> 'benefit'
    group by all
),

of_returns as (
    select
        'income_is_expenditure' as check_id, board_code, source, period_start, period_end, source_of_funding as subject,
        source_of_funding as subject_name, {{ plain_number('coalesce(income, 0)') }} as stated, coalesce(income, 0)::double as stated_value,
        {{ plain_number('coalesce(expenditure, 0)') }} as recomputed, coalesce(expenditure, 0)::double as recomputed_value,
        case when coalesce(income, 0) = coalesce(expenditure, 0) then 'agrees' else 'differs' end as verdict,
        'income, and what is planned from it' as finding, release_id
    from by_source
    union all
    select
        'minimum_is_met', board_code, source, period_start, period_end, source_of_funding, source_of_funding, {{ plain_number('coalesce(income, 0)') }},
        coalesce(income, 0)::double, {{ plain_number('required') }}, required::double, case when income >= required then 'agrees' else 'differs' end,
        'income, and what is required', release_id
    from by_source
    where required is not null
    union all
    select
        'social_care_minimum_is_met', board_code, source, period_start, period_end, source_of_funding, source_of_funding,
        {{ plain_number('coalesce(social_care, 0)') }}, coalesce(social_care, 0)::double, {{ plain_number('required_social_care') }}, required_social_care::double,
        case when social_care >= required_social_care then 'agrees' else 'differs' end, 'planned for social care, and what is required', release_id
    from by_source
    where required_social_care is not null
    union all
    select
        'spend_within_its_range', board_code, source, period_start, period_end, line_id || ' ' || source_of_funding || ' ' || party, line_name, {{ plain_number('planned_gbp') }}, planned_gbp::double,
        coalesce({{ plain_number('minimum_gbp') }}, '') || ' to ' || coalesce({{ plain_number('maximum_gbp') }}, ''), null::double,
        case when planned_gbp between coalesce(minimum_gbp, planned_gbp) and coalesce(maximum_gbp, planned_gbp) then 'agrees' else 'differs' end,
        'planned, and its least and most', release_id
    from returned
    where coalesce(minimum_gbp, maximum_gbp) is not null
),

words as (
    select
        returned.*, word.code_list, word.word,
        exists (
            select 1 from {{ ref('bcf_code') }} as codes
            where codes.code_list = word.code_list and year(returned.period_start) between codes.first_year and coalesce(codes.last_year, 9999)
        ) as has_list,
        exists (
            select 1 from {{ ref('bcf_code') }} as codes
            where codes.code_list = word.code_list and codes.code = word.word
              and year(returned.period_start) between codes.first_year and coalesce(codes.last_year, 9999)
        ) as is_listed
    from returned,
        lateral (values
            ('scheme_type', scheme_type), ('area_of_spend', area_of_spend), ('commissioner', commissioner), ('provider', provider),
            ('source_of_funding', source_of_funding), ('nhs_share_percent', case when commissioner = 'Joint' then coalesce(nhs_share_percent::varchar, '') else '-' end)
        ) as word (code_list, word)
    where returned.line_type = 'expenditure'
),

of_words as (
    select
        'required_field_is_filled' as check_id, board_code, source, period_start, period_end,
        line_id || ' ' || source_of_funding || ' ' || party || ' ' || code_list as subject, line_name as subject_name, '(blank)' as stated,
        null::double as stated_value, null::varchar as recomputed, null::double as recomputed_value, 'not_stated' as verdict,
        code_list || ' of ' || line_id || ' is blank' as finding, release_id
    from words
    where coalesce(word, '') = ''
    union all
    select
        'word_is_of_the_year', board_code, source, period_start, period_end, line_id || ' ' || source_of_funding || ' ' || party || ' ' || code_list, line_name, word,
        null::double, null::varchar, null::double, case when has_list then 'differs' else 'not_judged' end,
        case when has_list then 'no word of the list of the year' else 'no list of the year is held' end, release_id
    from words
    where code_list <> 'nhs_share_percent' and word <> '' and not is_listed
),

found as (
    select * from of_figures
    union all
    select * from of_denominators
    union all
    select * from of_changes
    union all
    select * from of_schemes
    union all
    select * from of_totals
    union all
    select * from of_sources
    union all
    select * from of_amounts
    union all
    select * from of_returns
    union all
    select * from of_words
)

select
    found.check_id,
    found.board_code,
    found.source,
    found.period_start,
    found.period_end,
    found.subject,
    found.subject_name,
    found.stated,
    found.recomputed,
    found.stated_value,
    found.recomputed_value,
    found.verdict,
    found.finding,
    expectations.expectation,
    expectations.remedy,
    found.release_id
from found
join expectations using (check_id)
