"""Which fractions print as a stated percentage: the macro against fractions in Python, and the figures that the briefing prints.

The oracle works with whole fractions and tries every k; the macro knows one nearest k and integers only.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rendered import macros

MOST = 400
CON = duckdb.connect(config={"threads": 1})


def possible(printed: str, most: int = MOST) -> dict[int, int]:
    """n -> k of the fractions of up to `most` that the macro says print as `printed`."""
    places = len(printed.partition(".")[2])
    scaled = int(Decimal(printed).scaleb(places))
    macro = macros().k_that_prints("scaled", "places", "n")
    found = CON.execute(
        f"select n, k from (select n, {macro} as k from (select ?::bigint as scaled, ?::bigint as places, unnest(range(1, ?)) as n))"
        " where k is not null",
        [scaled, places, most + 1],
    )
    return dict(found.fetchall())


def by_trying(printed: str, most: int) -> dict[int, set[int]]:
    """n -> every k with 100 k/n within half a unit of the last place."""
    half = Fraction(1, 2 * 10 ** len(printed.partition(".")[2]))
    value = Fraction(printed)
    tried = {n: {k for k in range(n + 1) if abs(Fraction(100 * k, n) - value) <= half} for n in range(1, most + 1)}
    return {n: ks for n, ks in tried.items() if ks}


def as_printed(k: int, n: int, places: int) -> str:
    unit = Decimal(1).scaleb(-places)
    return str((Decimal(100 * k) / Decimal(n)).quantize(unit, ROUND_HALF_UP))


@settings(deadline=None, max_examples=60)
@given(n=st.integers(1, MOST), part=st.floats(0, 1), places=st.integers(0, 2))
def test_what_was_printed_of_n_may_be_of_n(n, part, places):
    printed = as_printed(round(part * n), n, places)
    assert n in possible(printed)


@settings(deadline=None, max_examples=25)
@given(value=st.integers(0, 10_000), places=st.integers(0, 2))
def test_the_macro_finds_what_trying_finds(value, places):
    scaled = min(value, 100 * 10**places)
    printed = str(Decimal(scaled).scaleb(-places))
    tried = by_trying(printed, 60)
    found = possible(printed, 60)
    assert found.keys() == tried.keys()
    assert all(found[n] in ks for n, ks in tried.items())


@pytest.mark.parametrize(
    ("printed", "least", "near", "of_177"),
    [
        ("69.57", (16, 23), {161: 112, 184: 128}, False),
        ("89.56", (163, 182), {182: 163}, False),
        ("79", (11, 14), None, True),
        ("100", (1, 1), None, True),
    ],
)
def test_percentages_of_the_briefing(printed, least, near, of_177):
    """`near` are all of 150 to 199; a whole percentage fits nearly every n there."""
    found = possible(printed)
    smallest = min(found)
    assert (found[smallest], smallest) == least
    assert (177 in found) is of_177
    if near is not None:
        assert {n: k for n, k in found.items() if 150 <= n < 200} == near
