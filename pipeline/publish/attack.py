"""What an outsider can work out about hidden counts from what the open part shows: the attack that disclosure control must withstand.

Belongs here: turning open tables into counts with ranges and the sums that bind them, and narrowing the ranges. Does not belong
here: hiding anything (disclosure.py), judging a run (gate/disclosure_checks.py).

What an outsider knows. A figure that a profile rounds stands for every number that rounds to it and is not small enough to be hidden. A
hidden one may be any number from nought up, since other cells are hidden with the small ones. A whole is the sum of its groups, of the
areas of a kind inside it and of the shorter periods that fill it, unless what is shown says otherwise; then it is at least their
sum, unless that is refuted too. Numerator and rest are the denominator. Parts of one metric's versions that bear the same words are
the same count; the most deprived fifth is Core20. A limit or rate that does not follow from the parts shown beside it was
computed from others, and is solved for them.

Ranges are narrowed sum by sum until nothing moves, then by linear programmes, one batch of connected hierarchies at a time. Cells
in hierarchies without a hidden one never come in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.catalogue.disclosure import Profile
from pipeline.catalogue.load import Catalogue

if TYPE_CHECKING:
    import numpy as np

KEY = (
    "metric_key", "area_code", "period_start", "period_end", "breakdown_type", "breakdown_value", "source",
)  # fmt: skip
# Sums over more counts than this are narrowed sum by sum only: a programme of this size takes about a second.
LARGEST_PROGRAMME = 20_000
# Counts of hierarchies solved in one call: HiGHS takes 3 ms for hardly any, and some 15 ms for so many.
BATCH = 2_000
MOST_ROUNDS = 60
# So many times in a row three programmes may prove nothing before each count that is left gets its own.
FRUITLESS = 2
# No count is as large; a programme needs an end.
ENDLESS = 1e7
# A sum that needs less than this to hold, holds: programmes are solved to 1e-7.
SHORT = 1e-4


@dataclass(frozen=True)
class Found:
    """A hidden count whose range is too narrow: where it is, the part it is of, its range and the cells that give it away."""

    key: tuple
    part: str
    lower: float
    upper: float
    least_width: float
    given_away_by: tuple[tuple, ...]

    def __str__(self) -> str:
        metric, area, start, end, kind, value, _ = self.key
        of = "" if kind == "none" else f" {kind}={value}"
        by = "; ".join(" ".join(map(str, (*cell[:4], *cell[4:6]))) for cell in self.given_away_by[:4])
        return (
            f"{self.part} of {metric} {area} {start} to {end}{of} lies in {self.lower:g} to {self.upper:g}"
            f" (narrower than {self.least_width:g}), by {by or 'its own row'}"
        )


@dataclass(frozen=True)
class Index:
    """Where each value stands in a column."""

    order: np.ndarray
    starts: np.ndarray

    @classmethod
    def over(cls, column, values: int) -> Index:
        import numpy as np

        order = np.argsort(column, kind="stable")
        return cls(order, np.searchsorted(column[order], np.arange(values + 1)))

    def of(self, values) -> np.ndarray:
        """The places of `values`, in their order."""
        import numpy as np

        return np.concatenate([
            self.order[:0], *(self.order[self.starts[one] : self.starts[one + 1]] for one in values)
        ])  # fmt: skip


@dataclass
class System:
    """Counts, what is shown of them, and the sums that bind them.

    `keys` names each count; `releases` what it was made from. A shown row gives each of its parts a range (`part_*`); `rest_*` are
    the rows with a denominator of people. Sums: whole minus parts, in `sum_of`, `count_in`, `sign`; `is_equal` whether the parts
    are taken to be all of it; `is_identity` where they are so by definition.
    """

    rows: list[tuple]
    keys: list[str]
    releases: list[str]
    row_hidden: np.ndarray
    least: np.ndarray
    most: np.ndarray
    zero_shown: np.ndarray
    secondary: np.ndarray
    least_width: np.ndarray
    least_share: np.ndarray
    people_below: np.ndarray
    part_row: np.ndarray
    part_count: np.ndarray
    part_is_numerator: np.ndarray
    part_lower: np.ndarray
    part_upper: np.ndarray
    rest_row: np.ndarray
    rest_count: np.ndarray
    sum_of: np.ndarray
    count_in: np.ndarray
    sign: np.ndarray
    is_equal: np.ndarray
    is_identity: np.ndarray
    further: list[tuple[int, float, float]] = field(default_factory=list)

    @cached_property
    def sums_with(self) -> Index:
        return Index.over(self.count_in, len(self.keys))

    @cached_property
    def counts_of(self) -> Index:
        return Index.over(self.sum_of, len(self.is_equal))

    @cached_property
    def parts_with(self) -> Index:
        return Index.over(self.part_count, len(self.keys))

    @property
    def has_hidden(self) -> bool:
        return bool(self.row_hidden.any())

    def ranges(self, row_hidden) -> tuple[np.ndarray, np.ndarray]:
        """The range of every count with `row_hidden` hidden, before anything is concluded."""
        import numpy as np

        lower, upper = np.zeros(len(self.keys)), np.full(len(self.keys), np.inf)
        shown = ~row_hidden[self.part_row]
        np.maximum.at(lower, self.part_count[shown], self.part_lower[shown])
        np.minimum.at(upper, self.part_count[shown], self.part_upper[shown])
        # Hidden for itself alone: no other cell is ever hidden with it, so that the mark says its range.
        alone = ~shown & ~self.secondary[self.part_row] & self.part_is_numerator & ~self.people_below[self.part_row]
        np.maximum.at(lower, self.part_count[alone], self.least[self.part_row][alone])
        np.minimum.at(upper, self.part_count[alone], self.most[self.part_row][alone])
        # A rest that is small hides its row; one that is shown is not small.
        seen = ~row_hidden[self.rest_row] & ~self.zero_shown[self.rest_row]
        np.maximum.at(lower, self.rest_count[seen], self.most[self.rest_row][seen] + 1)
        for count, low, high in self.further:
            lower[count], upper[count] = max(lower[count], low), min(upper[count], high)
        return lower, upper

    def targets(self, row_hidden) -> tuple[np.ndarray, np.ndarray]:
        """(row, count) of all that must not be known: of hidden rows the numerator, the rest, and the people behind money."""
        import numpy as np

        wanted = row_hidden[self.part_row] & (self.part_is_numerator | self.people_below[self.part_row])
        rest = row_hidden[self.rest_row]
        return (
            np.concatenate([self.part_row[wanted], self.rest_row[rest]]),
            np.concatenate([self.part_count[wanted], self.rest_count[rest]]),
        )


# --- from tables to counts -----------------------------------------------------------------------------------


def put_rules(con, known: Catalogue) -> None:
    """Writes what every query here needs to know of the catalogue, which is public: temp.attack_metric, a row for each metric whose
    profile hides, with the profile's rules and whether we apply them to all of its figures.
    """
    con.execute(
        "create or replace temp table attack_metric (metric_key varchar, metric_id varchar, numerator_words varchar,"
        " denominator_words varchar, is_of_whole boolean, applied_by_us boolean, least integer, most integer, zero_shown boolean,"
        " rounds_to integer, ties_even boolean, country_exact boolean, secondary boolean, people_below boolean,"
        " least_width double, least_share double)"
    )
    rows = [
        (
            one.key, one.metric_id, _words(one.numerator, f"numerator of {one.key}"),
            _words(one.denominator, f"denominator of {one.key}"), one.breakdown_denominator == "whole", *_rules(profile),
        )
        for one in known.metrics if (profile := known.profiles[one.disclosure]).hides
    ]  # fmt: skip
    if rows:
        con.executemany(f"insert into attack_metric values ({', '.join('?' * 16)})", rows)


def _words(words: str, otherwise: str) -> str:
    return words.strip().lower() or otherwise


def _rules(one: Profile) -> tuple:
    return (
        one.applied_by == "us", one.hides.least, one.hides.most, one.zero_shown, one.rounds_to, one.ties == "even",
        one.country_exact, one.secondary, one.people == "denominator", float(one.least_width), float(one.least_share),
    )  # fmt: skip


def applies(known: Catalogue) -> str:
    """SQL over values `v` and rules `m`: whether a figure is made safe by us. So it is where its profile says so, and where an
    extract gives to it, which nobody made safe."""
    local = "|".join(one.dataset for one in known.contracts.values() if one.kind != "publication")
    return f"(m.applied_by_us or regexp_matches(coalesce(v.release_id, ''), '(^| )({local or '-'})/'))"


def build(con, known: Catalogue, values: str, part_of: str, true_values: str = "") -> System:
    """The counts and sums behind `values`, a relation with the columns of marts.metric_value as an outsider sees them.

    `part_of` has area_code, parent_code, span_from, span_to. `true_values`, where the reader has them, tell which versions of a metric
    use the same words of different counts; an outsider sees so only where both are shown.
    """
    put_rules(con, known)
    true = f"left join {true_values} as t using ({', '.join(KEY)})" if true_values else ""
    judged_by = "t" if true_values else "v"
    con.execute(f"""
        create or replace temp table attack_row as
        select
            row_number() over (order by {", ".join(KEY)}) - 1 as row_id, {", ".join(f"v.{name}" for name in KEY)},
            v.area_type, v.numerator, v.denominator, v.method, coalesce(v.release_id, '') as release_id,
            {judged_by}.numerator as numerator_judged, {judged_by}.denominator as denominator_judged,
            v.value_status = 'suppressed' and v.numerator is null as is_hidden,
            m.* exclude (metric_key, is_of_whole, applied_by_us, country_exact),
            v.breakdown_type <> 'none' and m.is_of_whole as is_of_whole,
            m.country_exact and v.area_type = 'country' as is_exempt
        from {values} as v
        join attack_metric as m using (metric_key)
        {true}
        where (v.numerator is not null or v.value_status = 'suppressed') and {applies(known)}""")
    con.execute("""
        create or replace temp table attack_part as
        with cells as (
            select
                *,
                -- Deciles 1 and 2 are the most deprived fifth.
                case when breakdown_type = 'core20' and breakdown_value = 'yes' then 'imd_quintile' else breakdown_type end as kind,
                case when breakdown_type = 'core20' and breakdown_value = 'yes' then '1' else breakdown_value end as group_value
            from attack_row
        ),
        parts as (
            select *, 'numerator' as part, numerator_words as words, numerator as shown, numerator_judged as judged from cells
            union all
            select
                * replace (
                    case when is_of_whole then 'none' else kind end as kind,
                    case when is_of_whole then 'all' else group_value end as group_value
                ),
                'denominator', denominator_words, denominator, denominator_judged
            from cells
            where method in ('wilson', 'difference') or people_below
        ),
        -- The least and the most that a shown figure stands for.
        ranged as (
            select
                *,
                case
                    when shown is null then 0
                    when is_exempt or rounds_to = 0 or shown % rounds_to <> 0 then shown::double
                    when shown = 0 and zero_shown then 0
                    else greatest(
                        ceil(shown::double - rounds_to / 2.0),
                        case when people_below = (part = 'denominator') or method in ('wilson', 'difference') then most + 1 else 0 end
                    )
                end as lower,
                case
                    when shown is null then 'infinity'::double
                    when is_exempt or rounds_to = 0 or shown % rounds_to <> 0 then shown::double
                    when shown = 0 and zero_shown then 0
                    when ties_even then floor(shown::double + rounds_to / 2.0)
                    else ceil(shown::double + rounds_to / 2.0) - 1
                end as upper
            from parts
        ),
        -- Words that two versions use of different counts tell nothing.
        contradicted as (
            select distinct metric_id, words
            from (
                select metric_id, words
                from ranged
                where judged is not null
                group by metric_id, words, source, area_code, period_start, period_end, kind, group_value
                having max(judged) > min(judged)
            )
        )
        select
            ranged.*,
            concat_ws(
                chr(31), ranged.metric_id,
                case when contradicted.words is null then ranged.words else metric_key || ' ' || part end, source
            ) as family
        from ranged
        left join contradicted using (metric_id, words)""")
    con.execute("""
        create or replace temp table attack_count as
        select
            row_number() over (order by family, area_code, period_start, period_end, kind, group_value) - 1 as count_id,
            family, area_code, period_start, period_end, kind, group_value, min(area_type) as area_type,
            string_agg(distinct release_id, ' ' order by release_id) as releases
        from attack_part
        group by family, area_code, period_start, period_end, kind, group_value""")
    con.execute(f"create or replace temp table attack_sum as {_sums_sql(part_of)}")
    return _fetch(con)


def _sums_sql(part_of: str) -> str:
    """One row for each part of each sum: whole, part, name of the sum and whether it is taken to be complete."""
    return f"""
        with recursive inside as (
            select distinct area_code, period_end, area_code as ancestor_code from attack_count
            union
            select inside.area_code, inside.period_end, link.parent_code
            from inside
            join {part_of} as link
                on link.area_code = inside.ancestor_code
                and inside.period_end between coalesce(link.span_from, date '1900-01-01') and coalesce(link.span_to, date '9999-12-31')
        ),
        of_groups as (
            select whole.count_id as whole_id, part.count_id as part_id, 'groups ' || part.kind as sum_name, true as is_equal
            from attack_count as part
            join attack_count as whole using (family, area_code, period_start, period_end)
            where whole.kind = 'none' and part.kind <> 'none' and part.kind <> 'core20'
            union all
            -- Whose home is not told is in the whole and in neither.
            select whole.count_id, part.count_id, 'groups core20', false
            from attack_count as part
            join attack_count as whole using (family, area_code, period_start, period_end)
            where whole.kind = 'none' and (part.kind = 'core20' or part.kind = 'imd_quintile' and part.group_value = '1')
              and exists (
                  select 1 from attack_count as rest
                  where rest.kind = 'core20' and rest.family = part.family and rest.area_code = part.area_code
                    and rest.period_start = part.period_start and rest.period_end = part.period_end
              )
            union all
            select whole.count_id, part.count_id, 'quintiles 2 to 5', true
            from attack_count as part
            join attack_count as whole using (family, area_code, period_start, period_end)
            where whole.kind = 'core20' and part.kind = 'imd_quintile' and part.group_value in ('2', '3', '4', '5')
        ),
        of_areas as (
            select whole.count_id as whole_id, part.count_id as part_id, 'areas ' || part.area_type as sum_name, true as is_equal
            from attack_count as part
            join inside on inside.area_code = part.area_code and inside.period_end = part.period_end
            join attack_count as whole
                on whole.area_code = inside.ancestor_code and whole.family = part.family
                and whole.period_start = part.period_start and whole.period_end = part.period_end
                and whole.kind = part.kind and whole.group_value = part.group_value
            where inside.ancestor_code <> part.area_code and whole.area_type <> part.area_type
        ),
        -- A stock on one day adds up to nothing.
        in_periods as (
            select
                whole.count_id as whole_id, part.count_id as part_id,
                'periods of ' || ((part.period_end - part.period_start) // 27) as sum_name,
                whole.period_end - whole.period_start + 1 as whole_days, part.period_end - part.period_start + 1 as part_days
            from attack_count as part
            join attack_count as whole using (family, area_code, kind, group_value)
            where part.period_start >= whole.period_start and part.period_end <= whole.period_end
              and part.period_end - part.period_start < whole.period_end - whole.period_start
              and part.period_start < part.period_end
        ),
        of_periods as (
            select
                whole_id, part_id, sum_name,
                sum(part_days) over (partition by whole_id, sum_name) = whole_days as is_equal
            from in_periods
            qualify sum(part_days) over (partition by whole_id, sum_name) <= whole_days
        ),
        every_sum as (
            select * from of_groups
            union all
            select * from of_areas
            union all
            select * from of_periods
        )
        select dense_rank() over (order by whole_id, sum_name) - 1 as sum_id, whole_id, part_id, is_equal
        from every_sum
        order by sum_id, part_id"""


def _fetch(con) -> System:
    import numpy as np

    rows = con.execute(f"select {', '.join(KEY)} from attack_row order by row_id").fetchall()
    facts = con.execute(
        "select is_hidden, least, most, zero_shown, secondary, least_width, least_share, people_below"
        " from attack_row order by row_id"
    ).fetchnumpy()
    counts = con.execute(
        "select concat_ws(chr(31), family, area_code, period_start, period_end, kind, group_value), releases from attack_count"
        " order by count_id"
    ).fetchall()
    parts = con.execute(
        """select p.row_id, c.count_id, p.part = 'numerator' as is_numerator, p.lower::double as lower, p.upper::double as upper
           from attack_part as p
           join attack_count as c using (family, area_code, period_start, period_end, kind, group_value)
           order by p.row_id, p.part"""
    ).fetchnumpy()
    rests = con.execute(
        """select p.row_id, max(c.count_id) filter (p.part = 'numerator') as numerator_id,
                  max(c.count_id) filter (p.part = 'denominator') as denominator_id
           from attack_part as p
           join attack_count as c using (family, area_code, period_start, period_end, kind, group_value)
           where p.method = 'wilson'
           group by p.row_id
           having numerator_id <> denominator_id
           order by p.row_id"""
    ).fetchnumpy()
    sums = con.execute(
        "select sum_id, whole_id, part_id, is_equal from attack_sum order by sum_id, part_id"
    ).fetchnumpy()
    return assemble(rows, facts, counts, parts, rests, sums, np)


def assemble(rows, facts, counts, parts, rests, sums, np) -> System:
    """A System from columns: each rest is a count of its own, and each (whole, part) pair an entry of its sum."""
    first_rest, rest_rows = len(counts), np.asarray(rests["row_id"], dtype=int)
    rest_counts = first_rest + np.arange(len(rest_rows))
    sum_ids, wholes = np.asarray(sums["sum_id"], dtype=int), np.asarray(sums["whole_id"], dtype=int)
    total = int(sum_ids.max()) + 1 if len(sum_ids) else 0
    first, whole_at = np.unique(sum_ids, return_index=True)
    identity = total + np.arange(len(rest_rows))
    numerators, denominators = (
        np.asarray(rests["numerator_id"], dtype=int),
        np.asarray(rests["denominator_id"], dtype=int),
    )
    equal = np.ones(total + len(rest_rows), dtype=bool)
    equal[sum_ids] = np.asarray(sums["is_equal"], dtype=bool)
    return System(
        rows=rows,
        keys=[key for key, _ in counts] + [f"rest of {rows[row]}" for row in rest_rows],
        releases=[made_from for _, made_from in counts] + ["rest"] * len(rest_rows),
        row_hidden=np.asarray(facts["is_hidden"], dtype=bool), least=np.asarray(facts["least"], dtype=float),
        most=np.asarray(facts["most"], dtype=float), zero_shown=np.asarray(facts["zero_shown"], dtype=bool),
        secondary=np.asarray(facts["secondary"], dtype=bool), least_width=np.asarray(facts["least_width"], dtype=float),
        least_share=np.asarray(facts["least_share"], dtype=float), people_below=np.asarray(facts["people_below"], dtype=bool),
        part_row=np.asarray(parts["row_id"], dtype=int), part_count=np.asarray(parts["count_id"], dtype=int),
        part_is_numerator=np.asarray(parts["is_numerator"], dtype=bool), part_lower=np.asarray(parts["lower"], dtype=float),
        part_upper=np.asarray(parts["upper"], dtype=float), rest_row=rest_rows, rest_count=rest_counts,
        sum_of=np.concatenate([first, sum_ids, identity, identity, identity]),
        count_in=np.concatenate([wholes[whole_at], np.asarray(sums["part_id"], dtype=int), denominators, numerators, rest_counts]),
        sign=np.concatenate([
            np.ones(len(first)), -np.ones(len(sum_ids)), np.ones(len(identity)), -np.ones(2 * len(identity)),
        ]),
        is_equal=equal, is_identity=np.arange(len(equal)) >= total,
    )  # fmt: skip


# --- narrowing -----------------------------------------------------------------------------------------------


@dataclass
class Narrowed:
    """Ranges after the attack, the sums that held, and how many hidden counts were judged without a programme."""

    lower: np.ndarray
    upper: np.ndarray
    sum_kind: np.ndarray
    without_programme: int = 0


EQUAL, AT_LEAST, REFUTED = 0, 1, 2


def narrow(system: System, row_hidden=None, *, programmes: bool = True, wide: Iterable[int] = ()) -> Narrowed:
    """The range of every count that fits with all that is shown while `row_hidden` (default: as it is) is hidden.

    Counts known to be `wide` enough get no programme: what was wide stays so when more is hidden.
    """
    import numpy as np

    row_hidden = system.row_hidden if row_hidden is None else row_hidden
    start = system.ranges(row_hidden)
    kind = np.where(system.is_equal, EQUAL, AT_LEAST)
    # Each round gives up at least one belief, each belief goes in two steps: this ends.
    while True:
        lower, upper = _propagated(system, start, kind)
        empty = lower > upper
        if not empty.any():
            break
        doubted = np.unique(system.sum_of[empty[system.count_in]])
        doubted = doubted[~system.is_identity[doubted] & (kind[doubted] < REFUTED)]
        if not len(doubted):
            # What is shown contradicts itself: a figure of one row that another's does not allow. Leave those counts as shown.
            lower[empty], upper[empty] = start[0][empty], np.maximum(start[0], start[1])[empty]
            break
        kind[doubted] += 1
    result = Narrowed(lower, upper, kind)
    if programmes:
        _solve(system, row_hidden, result, wide)
    return result


def _propagated(system: System, start, kind) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    lower, upper = start[0].copy(), start[1].copy()
    used = kind[system.sum_of] < REFUTED
    sums, counts, sign = system.sum_of[used], system.count_in[used], system.sign[used]
    # Whole minus parts: nought, or at least that.
    ceiling = np.where(kind == EQUAL, 0.0, np.inf)[sums]
    total, plus = len(kind), sign > 0
    for _ in range(MOST_ROUNDS):
        least = np.where(plus, lower[counts], -upper[counts])
        most = np.where(plus, upper[counts], -lower[counts])
        others_least = _of_others(sums, least, -np.inf, total)
        others_most = _of_others(sums, most, np.inf, total)
        highest, lowest = ceiling - others_least, 0.0 - others_most
        new_lower, new_upper = lower.copy(), upper.copy()
        np.maximum.at(new_lower, counts, np.where(plus, lowest, -highest))
        np.minimum.at(new_upper, counts, np.where(plus, highest, -lowest))
        if (new_lower > new_upper).any() or (np.array_equal(new_lower, lower) and np.array_equal(new_upper, upper)):
            return new_lower, new_upper
        lower, upper = new_lower, new_upper
    return lower, upper


def _of_others(sums, amounts, endless: float, total: int):
    """For each entry the sum of the other entries of its sum; `endless` where one of them is."""
    import numpy as np

    infinite = np.isinf(amounts)
    finite = np.where(infinite, 0.0, amounts)
    held = np.bincount(sums, finite, total)[sums] - finite
    return np.where(np.bincount(sums, infinite, total)[sums] - infinite > 0, endless, held)


def too_narrow(system: System, row_hidden, lower, upper) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(row, count, least width) of hidden counts that may be small and whose range is narrower than their profile asks."""
    import numpy as np

    rows, counts = system.targets(row_hidden)
    width = upper[counts] - lower[counts]
    money = np.zeros(len(rows), dtype=bool)
    money[: len(rows) - int(row_hidden[system.rest_row].sum())] = True
    is_numerator = np.isin(counts, system.part_count[system.part_is_numerator])
    money &= system.people_below[rows] & is_numerator
    needed = np.where(
        money, system.least_share[rows] * np.where(np.isinf(upper[counts]), 0, upper[counts]), system.least_width[rows]
    )
    may_be_small = money | ((lower[counts] <= system.most[rows]) & ~(system.zero_shown[rows] & (upper[counts] == 0)))
    broken = may_be_small & (width < needed - 1e-9)
    return rows[broken], counts[broken], needed[broken]


def _solve(system: System, row_hidden, held: Narrowed, wide: Iterable[int]) -> None:
    """Narrows what the sums alone leave wide, by linear programmes over the hierarchies that hold a hidden count."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, targets = system.targets(row_hidden)
    if not len(targets):
        return
    targets = np.setdiff1d(targets, np.asarray(sorted(wide), dtype=int))
    free = held.lower < held.upper
    used = (held.sum_kind[system.sum_of] < REFUTED) & free[system.count_in]
    # Sums stand as further points beside the counts, so that a count and a sum over it are connected.
    size = len(system.keys) + len(held.sum_kind)
    graph = coo_array(
        (np.ones(int(used.sum())), (system.count_in[used], len(system.keys) + system.sum_of[used])), shape=(size, size)
    )
    _, label = connected_components(graph, directed=False)
    wanted = targets[free[targets]]
    labels, sizes = np.unique(label[: len(system.keys)][free], return_counts=True)
    size_of = dict(zip(labels.tolist(), sizes.tolist(), strict=True))
    batches: list[list[int]] = [[]]
    filled = 0
    for one in np.unique(label[wanted]).tolist():
        if size_of[one] == 1:
            continue
        if size_of[one] > LARGEST_PROGRAMME:
            held.without_programme += int((label[wanted] == one).sum())
            continue
        if filled + size_of[one] > BATCH and batches[-1]:
            batches.append([])
            filled = 0
        batches[-1].append(one)
        filled += size_of[one]
    for batch in filter(None, batches):
        _solve_batch(system, held, wanted, label, batch)


def _solve_batch(system: System, held: Narrowed, wanted, label, batch) -> None:
    """Narrows the hidden counts of the hierarchies in `batch`. They share no sum: one programme looks for an end of a count in each."""
    import numpy as np

    programme = _reconciled(system, held, wanted, label, batch)
    mine, place = programme.mine, programme.place
    targets = place[wanted[place[wanted] >= 0]]
    hierarchy = label[mine]
    # Of money the range must be a share of its end, which a programme of its own has to find.
    of_money = np.isin(
        mine[targets], system.part_count[system.people_below[system.part_row] & system.part_is_numerator]
    )
    needed = np.full(len(mine), system.least_width.max() - 1e-6)
    needed[targets[of_money]] = np.inf
    # Two points that fit are far apart in most counts at once: a few programmes prove most of them wide.
    low, high = np.full(len(mine), np.inf), np.full(len(mine), -np.inf)

    def solved(cost):
        nonlocal low, high
        point = programme.solve(cost)
        if point is not None:
            low, high = np.minimum(low, point), np.maximum(high, point)
        return point

    chance = np.random.default_rng(20261122)
    unproven, fruitless = targets, 0
    while len(unproven) and fruitless < FRUITLESS:
        before = len(unproven)
        for aim in (1.0, -1.0, chance.uniform(-1, 1, len(unproven))):
            cost = np.zeros(len(mine))
            cost[unproven] = aim
            solved(cost)
        unproven = targets[high[targets] - low[targets] < needed[targets]]
        fruitless = fruitless + 1 if len(unproven) == before else 0
    while len(unproven):
        # The first count of each hierarchy, all in one programme.
        _, first = np.unique(hierarchy[unproven], return_index=True)
        chosen = unproven[first]
        for side in (1.0, -1.0):
            cost = np.zeros(len(mine))
            cost[chosen] = side
            point = solved(cost)
            if point is None:
                held.without_programme += len(chosen)
                break
            # Counts are whole: a range ends at the whole numbers inside it.
            if side > 0:
                held.lower[mine[chosen]] = np.maximum(held.lower[mine[chosen]], np.ceil(point[chosen] - 1e-6) + 0.0)
            else:
                ends = point[chosen] < ENDLESS / 2
                at = mine[chosen[ends]]
                held.upper[at] = np.minimum(held.upper[at], np.floor(point[chosen[ends]] + 1e-6))
        unproven = np.delete(unproven, first)
        unproven = unproven[high[unproven] - low[unproven] < needed[unproven]]


def _reconciled(system: System, held: Narrowed, wanted, label, batch) -> _Programme:
    """The programme of the hierarchies in `batch`, each with a point that fits. Where nothing fits all sums of one at once, its wholes
    are taken to be at least their parts, then not at all; where nothing fits even so, it is left out and counted."""
    import numpy as np

    for doubt in (AT_LEAST, REFUTED, None):
        programme = _Programme(system, held, _counts_in(system, held, label, batch))
        if programme.solve(np.zeros(len(programme.mine))) is not None:
            return programme
        short = np.unique(label[programme.counts_that_do_not_fit()])
        if doubt is None:
            held.without_programme += int(np.isin(label[wanted], short).sum())
            batch = np.setdiff1d(batch, short)
            break
        sums = np.unique(system.sum_of[np.isin(label[system.count_in], short)])
        sums = sums[~system.is_identity[sums]]
        held.sum_kind[sums] = np.maximum(held.sum_kind[sums], doubt)
    return _Programme(system, held, _counts_in(system, held, label, batch))


def _counts_in(system: System, held: Narrowed, label, batch) -> np.ndarray:
    """The counts of hierarchies that are not known, in their order."""
    import numpy as np

    return np.flatnonzero(np.isin(label[: len(system.keys)], batch) & (held.lower < held.upper))


class _Programme:
    """The sums over the counts at `mine` as a linear programme; counts that are known move to the right-hand side."""

    def __init__(self, system: System, held: Narrowed, mine) -> None:
        import numpy as np
        from scipy.sparse import csr_array

        place = np.full(len(system.keys), -1)
        place[mine] = np.arange(len(mine))
        self.mine, self.place = mine, place
        inside = (place[system.count_in] >= 0) & (held.sum_kind[system.sum_of] < REFUTED)
        sums = np.unique(system.sum_of[inside])
        line = np.full(len(held.sum_kind), -1)
        line[sums] = np.arange(len(sums))
        matrix = csr_array(
            (system.sign[inside], (line[system.sum_of[inside]], place[system.count_in[inside]])),
            shape=(len(sums), len(mine)),
        )
        known = (line[system.sum_of] >= 0) & (place[system.count_in] < 0)
        constant = np.bincount(
            line[system.sum_of[known]], system.sign[known] * held.lower[system.count_in[known]], len(sums)
        )
        equal = held.sum_kind[sums] == EQUAL
        self.equal, self.equal_to = matrix[equal], -constant[equal]
        # Whole minus parts is at least nought.
        self.below, self.below_to = -matrix[~equal], constant[~equal]
        upper = np.where(np.isinf(held.upper[mine]), np.maximum(held.lower[mine], 0) + ENDLESS, held.upper[mine])
        self.bounds = np.column_stack([held.lower[mine], upper])

    def solve(self, cost):
        """A point that fits where `cost` is least, or None where no point fits."""
        from scipy.optimize import linprog

        found = linprog(
            cost,
            A_eq=self.equal if self.equal.shape[0] else None, b_eq=self.equal_to if self.equal.shape[0] else None,
            A_ub=self.below if self.below.shape[0] else None, b_ub=self.below_to if self.below.shape[0] else None,
            bounds=self.bounds, method="highs",
        )  # fmt: skip
        return found.x if found.status == 0 else None

    def counts_that_do_not_fit(self) -> np.ndarray:
        """The counts of the sums that hold nowhere: those that need the least to be added to hold."""
        import numpy as np
        from scipy.optimize import linprog
        from scipy.sparse import block_array, eye_array

        equal, below = self.equal.shape[0], self.below.shape[0]
        lines = block_array([
            [self.equal, eye_array(equal), -eye_array(equal), None],
            [self.below, None, None, -eye_array(below)],
        ]).tocsr()  # fmt: skip
        spare = 2 * equal + below
        bounds = np.vstack([self.bounds, np.column_stack([np.zeros(spare), np.full(spare, np.inf)])])
        found = linprog(
            np.concatenate([np.zeros(len(self.mine)), np.ones(spare)]), A_eq=lines[:equal], b_eq=self.equal_to,
            A_ub=lines[equal:], b_ub=self.below_to, bounds=bounds, method="highs",
        )  # fmt: skip
        added = found.x[len(self.mine) :]
        of_equal = added[:equal] + added[equal : 2 * equal]
        short = np.concatenate([of_equal, added[2 * equal :]]) > SHORT
        return self.mine[np.unique(lines[np.flatnonzero(short)][:, : len(self.mine)].nonzero()[1])]


def given_away_by(system: System, row_hidden, held: Narrowed, count: int) -> list[int]:
    """Rows shown nearest to a hidden count along its sums, the smallest parts of the tightest sum first; none where nothing is shown.

    Rows that show the count itself come last: they are seldom what gives a hidden row away.
    """
    import numpy as np

    seen, edge = {count}, [count]
    while edge:
        sums = np.unique(system.sum_of[system.sums_with.of(edge)])
        sums = sums[held.sum_kind[sums] < REFUTED]
        best: tuple[float, list[int]] = (np.inf, [])
        beyond: set[int] = set()
        for one in sums.tolist():
            entries = system.counts_of.of([one])
            entries = entries[~np.isin(system.count_in[entries], list(seen))]
            counts, sign = system.count_in[entries], system.sign[entries]
            rows = _rows_that_show(system, row_hidden, counts[sign < 0]) or _rows_that_show(system, row_hidden, counts)
            slack = float(np.sum(held.upper[counts] - held.lower[counts]))
            if rows and (slack < best[0] or not best[1]):
                best = (slack, rows)
            beyond |= set(counts.tolist())
        if best[1]:
            return best[1]
        seen |= beyond
        edge = sorted(beyond)
    return _rows_that_show(system, row_hidden, np.asarray([count]))


def _rows_that_show(system: System, row_hidden, counts) -> list[int]:
    import numpy as np

    parts = system.parts_with.of(counts)
    parts = parts[~row_hidden[system.part_row[parts]]]
    order = np.lexsort((system.part_row[parts], system.part_lower[parts]))
    return list(dict.fromkeys(system.part_row[parts][order].tolist()))


def rows_with(system: System, row: int) -> list[int]:
    """The rows that show a numerator that this row shows: hiding one hides nothing while another stands."""
    import numpy as np

    mine = system.part_count[(system.part_row == row) & system.part_is_numerator]
    return np.unique(system.part_row[np.isin(system.part_count, mine) & system.part_is_numerator]).tolist()


def found(system: System, held: Narrowed, row_hidden=None) -> list[Found]:
    """What the attack worked out, as findings in the order of the rows."""
    row_hidden = system.row_hidden if row_hidden is None else row_hidden
    rows, counts, needed = too_narrow(system, row_hidden, held.lower, held.upper)
    findings = []
    for row, count, width in sorted(zip(rows.tolist(), counts.tolist(), needed.tolist(), strict=True)):
        part = "rest" if count in system.rest_count else "numerator"
        by = [system.rows[one] for one in given_away_by(system, row_hidden, held, count)]
        findings.append(
            Found(system.rows[row], part, float(held.lower[count]), float(held.upper[count]), width, tuple(by))
        )
    return findings


def together(now: System, last: System) -> System:
    """Two editions as one system: what was made from the same releases is the same count. Only `now` has anything to hide."""
    import numpy as np

    offset = len(now.keys)
    same = {(key, made): place for place, (key, made) in enumerate(zip(now.keys, now.releases, strict=True))}
    to = np.asarray([
        same.get((key, made), offset + place) for place, (key, made) in enumerate(zip(last.keys, last.releases, strict=True))
    ], dtype=int)  # fmt: skip
    rows, sums = len(now.rows), len(now.is_equal)

    def both(name: str, shift: int = 0):
        return np.concatenate([getattr(now, name), getattr(last, name) + shift])

    def flags(name: str):
        return np.concatenate([getattr(now, name), getattr(last, name)])

    return System(
        rows=now.rows + last.rows, keys=now.keys + last.keys, releases=now.releases + last.releases,
        row_hidden=flags("row_hidden"), least=flags("least"), most=flags("most"), zero_shown=flags("zero_shown"),
        secondary=flags("secondary"), least_width=flags("least_width"), least_share=flags("least_share"),
        people_below=flags("people_below"), part_row=both("part_row", rows),
        part_count=np.concatenate([now.part_count, to[last.part_count]]), part_is_numerator=flags("part_is_numerator"),
        part_lower=flags("part_lower"), part_upper=flags("part_upper"), rest_row=both("rest_row", rows),
        rest_count=np.concatenate([now.rest_count, to[last.rest_count]]), sum_of=both("sum_of", sums),
        count_in=np.concatenate([now.count_in, to[last.count_in]]), sign=flags("sign"), is_equal=flags("is_equal"),
        is_identity=flags("is_identity"), further=[*now.further, *((int(to[c]), low, high) for c, low, high in last.further)],
    )  # fmt: skip


def add_facts(system: System, facts: Iterable[tuple[tuple, str, float]]) -> None:
    """Counts that other figures of the open part state: (key of the row, part, count)."""
    place: Mapping[tuple, int] = {key: row for row, key in enumerate(system.rows)}
    for key, part, figure in facts:
        row = place.get(key)
        if row is None:
            continue
        for at in (system.part_row == row).nonzero()[0]:
            if system.part_is_numerator[at] == (part == "numerator"):
                system.further.append((int(system.part_count[at]), figure, figure))


def part_of_links(con, links: str) -> str:
    """A temp view of reference.area_link as `build` needs it: what lies in what, and when."""
    con.execute(
        "create or replace temp view attack_part_of as select from_area_code as area_code, to_area_code as parent_code,"
        f" valid_from as span_from, valid_to as span_to from {links} where link_type = 'part_of'"
    )
    return "attack_part_of"


def as_text(findings: Iterable[Found], most: int = 3) -> str:
    return "; ".join(str(one) for one in list(findings)[:most])
