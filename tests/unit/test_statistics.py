"""The statistical macros against an independent oracle and against published figures.

The macros are rendered from the very file that dbt uses and run in DuckDB.
"""

from __future__ import annotations

import csv
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PHStatsMethods import ph_dsr, ph_rate
from scipy.stats import chi2

from pipeline import duck
from pipeline.settings import DBT_PROJECT
from tests.rendered import macros

MACROS = macros()
CON = duck.connect()
Z_95, Z_998 = 1.959963984540054, 3.090232306167813


def sql(expression: str):
    return CON.execute(f"select {expression}").fetchone()[0]


def wilson(count: int, total: int, z: float) -> tuple[float, float]:
    """The textbook form: centre plus and minus half-width (Wilson 1927)."""
    share = count / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return 100 * (centre - half), 100 * (centre + half)


def test_the_quantiles_are_those_of_the_standard_normal():
    from statistics import NormalDist

    assert float(MACROS.z_95()) == pytest.approx(NormalDist().inv_cdf(0.975), abs=1e-12)
    assert float(MACROS.z_998()) == pytest.approx(NormalDist().inv_cdf(0.999), abs=1e-12)


PARTS = st.integers(1, 10**9).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@given(st.lists(PARTS, min_size=10, max_size=50))
@settings(max_examples=20)
def test_wilson_agrees_with_the_textbook_form_to_1e_9(parts):
    counts, totals = zip(*parts, strict=True)
    for z_sql, z in ((MACROS.z_95(), Z_95), (MACROS.z_998(), Z_998)):
        limits = [f"{limit('count', 'total', z_sql)}" for limit in (MACROS.wilson_lower, MACROS.wilson_upper)]
        found = CON.execute(
            f"select {', '.join(limits)} from (select unnest(?::bigint[]) as count, unnest(?::bigint[]) as total)",
            [counts, totals],
        ).fetchall()
        assert found == [pytest.approx(wilson(count, total, z), abs=1e-9) for count, total in parts]


@pytest.mark.parametrize(
    ("count", "total", "value", "lower", "upper"),
    [
        # metrics.md section 5, pc_02: 140 of 177 and 140 of the 156 rated practices
        (140, 177, 79.1, 72.5, 84.4),
        (140, 156, 89.7, 84.0, 93.6),
        # metrics.md section 9.2, Thurrock's reablement: baseline and target
        (95, 110, 86.4, 78.7, 91.6),
        (205, 220, 93.2, 89.1, 95.8),
    ],
)
def test_published_proportions_come_out(count, total, value, lower, upper):
    assert round(sql(MACROS.percentage(f"{count}", f"{total}")), 1) == value
    assert round(sql(MACROS.wilson_lower(f"{count}", f"{total}", MACROS.z_95())), 1) == lower
    assert round(sql(MACROS.wilson_upper(f"{count}", f"{total}", MACROS.z_95())), 1) == upper


def test_no_denominator_gives_no_value():
    for expression in (
        MACROS.percentage("1", "0"),
        MACROS.wilson_lower("1", "0", MACROS.z_95()),
        MACROS.percentage("null", "5"),
    ):
        assert sql(expression) is None


@pytest.mark.parametrize(
    ("value", "places"),
    [("79::decimal(18,6)", 0), ("89.56::decimal(18,6)", 2), ("-31.2::decimal(18,6)", 1), ("0::decimal(18,6)", 0)],
)
def test_decimal_places_are_those_that_were_printed(value, places):
    assert sql(MACROS.decimal_places(value)) == places


@pytest.mark.parametrize(
    ("ours", "printed", "qualifier", "verdict"),
    [
        ("79.0960451977", "79", "exact", True),
        ("79.5", "79", "exact", False),
        ("853.5", "899", "exact", False),
        ("93.1818", "93", "exact", True),
        ("11077174", "11000000", "over", True),
        ("10999999", "11000000", "over", False),
        ("38", "40", "under", True),
        ("41", "40", "under", False),
        ("64.0", "66.7", "around", True),
        ("50.0", "66.7", "around", False),
        ("null", "5", "exact", None),
        ("5", "null", "exact", None),
    ],
)
def test_agreement_follows_the_qualifier_of_the_source(ours, printed, qualifier, verdict):
    assert sql(MACROS.agrees(f"({ours})::double", f"({printed})::decimal(18,6)", f"'{qualifier}'")) is verdict


# --- rates -------------------------------------------------------------------------------------------------------

LEVELS = {"95": 0.95, "998": 0.998}


@pytest.mark.parametrize("level", LEVELS)
def test_limits_of_small_counts_are_the_exact_ones_of_scipy(level):
    tail = (1 - LEVELS[level]) / 2
    for count in range(10):
        exact = (chi2.ppf(tail, 2 * count) / 2 if count else 0.0, chi2.isf(tail, 2 * count + 2) / 2)
        found = (sql(MACROS.count_lower(str(count), level)), sql(MACROS.count_upper(str(count), level)))
        assert found == pytest.approx(exact, abs=1e-12)


def as_published(frame: pd.DataFrame, level: str) -> list[tuple[float, float, float]]:
    """Value, lower and upper limit of a frame of PHStatsMethods."""
    share = f"{100 * LEVELS[level]:g}".replace(".", "_")
    columns = ["Value", f"lower_{share}_ci", f"upper_{share}_ci"]
    return list(frame[columns].itertuples(index=False, name=None))


# PHStatsMethods 0.1.16 refuses a count of 0, whose limits the test above holds against scipy.
COUNTS = st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**8)), min_size=10, max_size=40)


@pytest.mark.parametrize("level", LEVELS)
@given(COUNTS)
@settings(max_examples=10)
def test_a_crude_rate_is_that_of_phstatsmethods(level, parts):
    frame = pd.DataFrame(parts, columns=["count", "people"]).astype({"count": float})
    frame["id"] = frame.index
    expected = ph_rate(frame, "count", "people", "id", confidence=LEVELS[level], multiplier=100_000)
    counts, people = zip(*parts, strict=True)
    found = CON.execute(
        f"""select {MACROS.ratio("count", "people", 100_000)}, {MACROS.rate_lower("count", "people", 100_000, level)},
            {MACROS.rate_upper("count", "people", 100_000, level)}
        from (select unnest(?::bigint[]) as count, unnest(?::bigint[]) as people)""",
        [counts, people],
    ).fetchall()
    assert found == [pytest.approx(one, rel=1e-9, abs=1e-9) for one in as_published(expected, level)]


def standard_population(name: str) -> list[int]:
    """The weights of a standard population, youngest first, from the seed that the models weigh by."""
    with (DBT_PROJECT / "seeds" / "standard_population.csv").open(newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["standard"] == name]
    return [int(row["weight"]) for row in sorted(rows, key=lambda row: int(row["first_age"]))]


ESP_2013 = standard_population("esp_2013")
STRATA = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 10**5)), min_size=len(ESP_2013), max_size=len(ESP_2013))


def dsr_of(strata: list[tuple[int, int]], level: str) -> tuple:
    arguments = ("events", "people", "weight", "band")
    return CON.execute(
        f"""select {MACROS.dsr(*arguments, 100_000)}, {MACROS.dsr_lower(*arguments, 100_000, level)},
            {MACROS.dsr_upper(*arguments, 100_000, level)}
        from (select unnest(?::bigint[]) as events, unnest(?::bigint[]) as people, unnest(?::bigint[]) as weight,
            unnest(range(?)) as band)""",
        [[one for one, _ in strata], [one for _, one in strata], ESP_2013, len(strata)],
    ).fetchone()


@pytest.mark.parametrize("level", LEVELS)
@given(STRATA)
@settings(max_examples=25)
def test_a_directly_standardised_rate_is_that_of_phstatsmethods(level, strata):
    frame = pd.DataFrame(strata, columns=["count", "people"]).astype(float)
    frame["weight"] = ESP_2013
    expected = ph_dsr(
        frame, "count", "people", ref_denom_col="weight", confidence=LEVELS[level], euro_standard_pops=False
    )
    if sum(count for count, _ in strata) < 10:
        assert dsr_of(strata, level) == (None, None, None)
    else:
        assert dsr_of(strata, level) == pytest.approx(as_published(expected, level)[0], rel=1e-9)


def test_under_ten_events_and_without_people_there_is_no_standardised_rate():
    few = [(1, 1000)] * 9 + [(0, 1000)] * 10
    assert dsr_of(few, "95") == (None, None, None)
    assert dsr_of([(2, 1000), *few[1:]], "95")[0] is not None
    assert dsr_of([(20, 0), *few[1:]], "95") == (None, None, None)


def test_a_count_that_is_none_has_no_limits():
    for count in ("-1", "2.5", "null::integer"):
        assert sql(MACROS.count_lower(count, "95")) is None
        assert sql(MACROS.count_upper(count, "95")) is None
    assert sql(MACROS.rate_upper("3", "0", 1000, "95")) is None


def test_the_european_standard_population_is_that_of_phstatsmethods():
    frame = pd.DataFrame(
        {"count": [10 + band for band in range(19)], "people": [1000 * (20 - band) for band in range(19)]}
    )
    frame["weight"] = ESP_2013
    frame["band"] = [f"{5 * band}-{5 * band + 4}" if band < 18 else "90+" for band in range(19)]
    ours = ph_dsr(frame, "count", "people", ref_denom_col="weight", euro_standard_pops=False)
    theirs = ph_dsr(frame.drop(columns="weight"), "count", "people", ref_denom_col="band")
    assert sum(ESP_2013) == 100_000
    assert ours["Value"].tolist() == pytest.approx(theirs["Value"].tolist(), rel=1e-12)
