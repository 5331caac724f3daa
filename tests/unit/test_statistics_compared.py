"""Means, indirect standardisation, change, comparison, trend and funnel limits against independent oracles and by hand.

The macros are rendered from the very files that dbt uses and run in DuckDB. Models as a whole: test_analysis_models.py.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PHStatsMethods import ph_ISRate, ph_ISRatio, ph_mean
from PHStatsMethods.utils_funnel import poisson_funnel, sigma_adjustment
from scipy.stats import chi2, t

from pipeline import duck
from tests.rendered import macros

MACROS = macros()
CON = duck.connect()
LEVELS = {"95": 0.95, "998": 0.998}
Z = {"95": 1.959963984540054, "998": 3.090232306167813}


def sql(expression: str):
    return CON.execute(f"select {expression}").fetchone()[0]


def rows(expressions: list[str], columns: dict[str, tuple[str, list]]) -> list[tuple]:
    """The expressions over a table of the columns, given as name -> (type, values)."""
    unnested = ", ".join(f"unnest(?::{kind}[]) as {name}" for name, (kind, _) in columns.items())
    return CON.execute(
        f"select {', '.join(expressions)} from (select {unnested})", [values for _, values in columns.values()]
    ).fetchall()


def as_published(frame: pd.DataFrame, level: str) -> tuple[float, float, float]:
    share = f"{100 * LEVELS[level]:g}".replace(".", "_")
    return tuple(frame[["Value", f"lower_{share}_ci", f"upper_{share}_ci"]].iloc[0])


# --- means -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_quantiles_of_t_are_those_of_scipy(level):
    degrees = [*range(1, 131), 200, 1000, 10**6]
    found = rows([MACROS.t_quantile("df", level)], {"df": ("bigint", degrees)})
    upper = 1 - (1 - LEVELS[level]) / 2
    assert [one for (one,) in found] == pytest.approx([t.ppf(upper, df) for df in degrees], rel=1e-10)
    assert sql(MACROS.t_quantile("0", level)) is None


def mean_of(values: list, level: str) -> tuple:
    limits = (MACROS.mean_lower, MACROS.mean_upper)
    return CON.execute(
        f"""select {MACROS.mean_of("total", "count")},
            {", ".join(limit("total", "squares", "count", level) for limit in limits)}
        from (select sum(x) as total, sum({MACROS.square_of("x")}) as squares, count(*) as count
              from (select unnest(?::decimal(18,4)[]) as x))""",
        [values],
    ).fetchone()


@pytest.mark.parametrize("level", LEVELS)
@given(st.lists(st.integers(0, 10**8).map(lambda whole: whole / 10_000), min_size=2, max_size=150))
@settings(max_examples=25)
def test_a_mean_is_that_of_phstatsmethods(level, values):
    frame = pd.DataFrame({"x": values, "id": 1})
    expected = as_published(ph_mean(frame, "x", "id", confidence=LEVELS[level]), level)
    assert mean_of(values, level) == pytest.approx(expected, rel=1e-9, abs=1e-7)


def test_large_values_that_hardly_differ_keep_their_spread():
    # In doubles n * squares - total^2 is 0 or worse here: 1e9 squared has 19 digits before the point.
    value, lower, upper = mean_of([1_000_000_000, 1_000_000_000.0002, 1_000_000_000.0004], "95")
    assert value == pytest.approx(1_000_000_000.0002, abs=1e-6)
    assert (upper - lower) / 2 == pytest.approx(t.ppf(0.975, 2) * 0.0002 / math.sqrt(3), abs=2e-7)


def test_one_value_has_a_mean_and_no_limits():
    assert mean_of([7], "95") == (7.0, None, None)


# --- indirect standardisation ------------------------------------------------------------------------------------

STRATA = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 10**5), st.integers(1, 10**5), st.integers(10**5, 10**7)),
    min_size=2,
    max_size=19,
).filter(lambda strata: sum(one[0] for one in strata) > 0)


@pytest.mark.parametrize("level", LEVELS)
@given(STRATA)
@settings(max_examples=25)
def test_indirect_standardisation_is_that_of_phstatsmethods(level, strata):
    frame = pd.DataFrame(strata, columns=["events", "people", "events_there", "people_there"]).astype(float)
    names = ("events", "people", "events_there", "people_there")
    rate = ph_ISRate(frame, *names, confidence=LEVELS[level], multiplier=100_000)
    ratio = ph_ISRatio(frame, *names, confidence=LEVELS[level], refvalue=100)
    ours = ("events", "people", "events_there", "people_there", "band")
    columns = {name: ("bigint", [one[at] for one in strata]) for at, name in enumerate(names)}
    columns["band"] = ("bigint", list(range(len(strata))))
    (found,) = rows(
        [
            MACROS.isr(*ours, 100_000),
            MACROS.isr_lower(*ours, 100_000, level),
            MACROS.isr_upper(*ours, 100_000, level),
            MACROS.standardised_ratio(*ours),
            MACROS.standardised_ratio_lower(*ours, level),
            MACROS.standardised_ratio_upper(*ours, level),
        ],
        columns,
    )
    assert found == pytest.approx(as_published(rate, level) + as_published(ratio, level), rel=1e-9, abs=1e-9)


def test_a_reference_without_people_gives_no_expected_events():
    columns = {
        "a": ("bigint", [10, 20]),
        "n": ("bigint", [100, 100]),
        "b": ("bigint", [5, 5]),
        "m": ("bigint", [0, 100]),
    }
    assert rows([MACROS.isr("a", "n", "b", "m", "m", 1000)], columns) == [(None,)]


# --- change ------------------------------------------------------------------------------------------------------


def wilson(count: int, total: int, z: float) -> tuple[float, float, float]:
    share = count / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return share, centre - half, centre + half


def difference(value, lower, upper, before, before_lower, before_upper) -> tuple:
    given = [repr(one) for one in (value, lower, upper, before, before_lower, before_upper)]
    v, lo, up, b, b_lo, b_up = (f"({one})::double" for one in given)
    return CON.execute(
        f"select {MACROS.difference_lower(v, lo, b, b_up)}, {MACROS.difference_upper(v, up, b, b_lo)}"
    ).fetchone()


@pytest.mark.parametrize(
    ("one", "other", "lower", "upper"),
    [
        # Newcombe 1998, table II, method 10 (score without continuity correction), examples a to d, g and h
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
)
def test_differences_of_proportions_are_those_that_newcombe_printed(one, other, lower, upper):
    found = difference(*wilson(*one, Z["95"]), *wilson(*other, Z["95"]))
    assert [round(limit, 4) for limit in found] == [lower, upper]


PART = st.integers(1, 10**6).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@given(PART, PART, st.sampled_from(list(LEVELS)))
@settings(max_examples=50)
def test_a_change_back_is_the_same_interval_turned_round(one, other, level):
    here, there = wilson(*one, Z[level]), wilson(*other, Z[level])
    lower, upper = difference(*here, *there)
    back_lower, back_upper = difference(*there, *here)
    assert (lower, upper) == pytest.approx((-back_upper, -back_lower), abs=2e-10)
    assert lower - 1e-9 <= here[0] - there[0] <= upper + 1e-9
    # Two intervals that do not overlap always differ; the reverse does not hold.
    if here[1] > there[2]:
        assert sql(MACROS.differs(repr(lower), repr(upper), 0)) is True


def test_a_ratio_of_rates_by_hand():
    # 200 and 100 with limits of a fifth either way on the log scale: root of two times ln 1.2 apart.
    arguments = ("200.0", "200.0/1.2", "200.0*1.2", "100.0", "100.0/1.2", "100.0*1.2")
    value, lower, upper, before, before_lower, before_upper = (f"({one})" for one in arguments)
    half = math.sqrt(2) * math.log(1.2)
    assert sql(MACROS.ratio_of(value, before)) == 2
    assert sql(MACROS.ratio_lower(value, lower, before, before_upper)) == pytest.approx(2 * math.exp(-half), rel=1e-9)
    assert sql(MACROS.ratio_upper(value, upper, before, before_lower)) == pytest.approx(2 * math.exp(half), rel=1e-9)


def test_a_ratio_to_nothing_is_none_and_of_nothing_is_nought():
    assert sql(MACROS.ratio_of("5.0", "0.0")) is None
    assert sql(MACROS.ratio_upper("5.0", "9.0", "0.0", "0.0")) is None
    assert sql(MACROS.ratio_of("0.0", "5.0")) == 0
    assert sql(MACROS.ratio_lower("0.0", "0.0", "5.0", "9.0")) == 0
    assert sql(MACROS.ratio_upper("0.0", "3.0", "5.0", "2.0")) is None


# --- comparison --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lower", "upper", "up", "down", "context"),
    [
        ("51", "60", "better", "worse", "higher"),
        ("40", "49", "worse", "better", "lower"),
        ("45", "55", "similar", "similar", "similar"),
        ("50", "60", "similar", "similar", "similar"),
        ("40", "50", "similar", "similar", "similar"),
        ("null", "60", None, None, None),
    ],
)
def test_a_verdict_follows_overlap_and_direction(lower, upper, up, down, context):
    found = [sql(MACROS.compared(lower, upper, "50", f"'{one}'")) for one in ("up", "down", "context")]
    assert found == [up, down, context]


def test_numbers_of_things_are_not_compared():
    comparable = [
        sql(MACROS.is_comparable(f"'{method}'", f"'{unit}'"))
        for method, unit in [
            ("wilson", "percent"), ("rate", "per 100,000"), ("stated", "percent"), ("stated", "per 1,000 patients"),
            ("stated", "years"), ("count", "appointments"), ("difference", "appointments"), ("stated", "FTE"),
        ]
    ]  # fmt: skip
    assert comparable == [True, True, True, True, True, False, False, False]


# --- recent trend ------------------------------------------------------------------------------------------------


def test_the_critical_value_is_that_of_chi_squared():
    assert float(MACROS.trend_critical()) == pytest.approx(chi2.isf(0.002, 1), rel=1e-12)


@given(
    st.lists(PART, min_size=5, max_size=5).filter(lambda parts: 0 < sum(o for o, _ in parts) < sum(n for _, n in parts))
)
@settings(max_examples=50)
def test_the_trend_of_proportions_is_cochran_armitage(parts):
    counts, totals = (np.array(one, dtype=float) for one in zip(*parts, strict=True))
    at = np.arange(1, 6)
    pooled = counts.sum() / totals.sum()
    # The score test of a logistic slope, in its textbook form.
    middle = (totals * at).sum() / totals.sum()
    score = ((at - middle) * (counts - totals * pooled)).sum()
    variance = pooled * (1 - pooled) * (totals * (at - middle) ** 2).sum()
    columns = {
        "o": ("bigint", [o for o, _ in parts]),
        "n": ("bigint", [n for _, n in parts]),
        "place": ("bigint", [1, 2, 3, 4, 5]),
    }
    ((found,),) = rows([MACROS.trend_chi_squared_of_proportions("o", "n", "place")], columns)
    # Both lose digits where the slope is nearly nothing beside the counts that cancel out in it.
    assert found == pytest.approx(score**2 / variance, rel=1e-6, abs=1e-6)


@given(st.lists(st.tuples(st.floats(1, 1e4), st.floats(0.1, 100)), min_size=5, max_size=5))
@settings(max_examples=50)
def test_the_trend_of_values_is_a_weighted_regression(points):
    values, errors = (np.array(one) for one in zip(*points, strict=True))
    at = np.arange(1, 6)
    slope, covariance = np.polyfit(at, values, 1, w=1 / errors, cov="unscaled")
    columns = {
        "y": ("double", list(values)), "w": ("double", list(errors**-2.0)), "place": ("bigint", [1, 2, 3, 4, 5]),
    }  # fmt: skip
    ((found, chi_squared),) = rows(
        [MACROS.trend_slope("y", "w", "place"), MACROS.trend_chi_squared_of_values("y", "w", "place")], columns
    )
    assert found == pytest.approx(slope[0], rel=1e-6, abs=1e-6)
    assert chi_squared == pytest.approx(slope[0] ** 2 / covariance[0, 0], rel=1e-6, abs=1e-6)


# --- funnel limits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "tail"), [("95", 0.975), ("998", 0.999)])
@pytest.mark.parametrize("overall", [2.5, 50.0, 93.0])
def test_funnel_limits_of_percentages_are_those_of_phstatsmethods(level, tail, overall):
    for people in (10, 250, 40_000):
        found = [
            sql(MACROS.funnel_score_lower(repr(overall), str(people), level)),
            sql(MACROS.funnel_score_upper(repr(overall), str(people), level)),
        ]
        low, high = (sigma_adjustment(tail, people, overall / 100, side, 100) for side in ("low", "high"))
        assert found == pytest.approx([max(0, low), min(100, high)], rel=1e-9)


@given(PART, st.floats(0.5, 99.5), st.sampled_from(list(LEVELS)))
@settings(max_examples=50)
def test_an_area_is_outside_the_funnel_where_its_own_interval_leaves_out_the_overall_value(part, overall, level):
    share, lower, upper = (100 * one for one in wilson(*part, Z[level]))
    limit_below, limit_above = (
        sql(limit(f"({overall!r})::double", str(part[1]), level))
        for limit in (MACROS.funnel_score_lower, MACROS.funnel_score_upper)
    )
    if min(abs(overall - lower), abs(overall - upper)) > 1e-6:
        assert (share < limit_below or share > limit_above) == (not lower <= overall <= upper)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("count", [1, 3, 10, 100, 2_500, 100_000])
def test_funnel_limits_of_rates_meet_the_exact_poisson_limits(level, count):
    # Where so many events are just as few (many) as the area's size allows, by the exact limits of the count.
    tail, people = (1 - LEVELS[level]) / 2, 50_000
    few_for, many_for = float(chi2.isf(tail, 2 * count + 2) / 2), float(chi2.ppf(tail, 2 * count) / 2)
    lower = sql(MACROS.funnel_poisson_lower(repr(few_for / people * 1000), str(people), "1000", level))
    upper = sql(MACROS.funnel_poisson_upper(repr(many_for / people * 1000), str(people), "1000", level))
    close_to = {"95": 0.04, "998": 0.07 if count >= 100 else 0.26}[level]
    assert lower * people / 1000 == pytest.approx(count, abs=close_to)
    assert many_for < 0.5 or upper * people / 1000 == pytest.approx(count, abs=close_to)


def test_the_oracle_of_funnel_limits_is_what_phstatsmethods_draws():
    # Its search stops at 1e-7 of a share, which 250 events make 1e-4.
    assert poisson_funnel(250, 0.025, "high") == pytest.approx(chi2.isf(0.025, 502) / 2, abs=1e-3)
    assert poisson_funnel(250, 0.025, "low") == pytest.approx(chi2.ppf(0.025, 500) / 2, abs=1e-3)


# --- assurance ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "up", "down"),
    [("95", "consistent_fail", "consistent_pass"), ("5", "consistent_pass", "consistent_fail"), ("50", "inconsistent", "inconsistent")],
)  # fmt: skip
def test_assurance_is_where_the_target_lies_to_the_limits(target, up, down):
    assert sql(MACROS.assurance(target, "10", "90", "'up'")) == up
    assert sql(MACROS.assurance(target, "10", "90", "'down'")) == down
    assert sql(MACROS.assurance(target, "10", "90", "'context'")) is None
    assert sql(MACROS.assurance("null", "10", "90", "'up'")) is None
    assert sql(MACROS.assurance(target, "null", "null", "'up'")) is None
