"""What is kept of a birth date, a sex and a postcode: an age band, a word, a small area.

Belongs here: the bands, ages in whole years, and the same as SQL for DuckDB. Does not belong here: NHS Numbers
(pseudonym.py), which column is which (the contract).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from pipeline import duck

# Lower ends. 14 is the age from which people are on the learning disability register and have health checks, 18 the age
# of adult services, 65 that of the Better Care Fund's measures.
AGE_BANDS = (0, 14, 18, 25, 35, 50, 65, 75, 85)
OLDEST = 120

SEX_CODES = {
    "1": "male", "2": "female", "9": "indeterminate", "0": "not known", "x": "not known", "m": "male", "f": "female",
    "male": "male", "female": "female", "indeterminate": "indeterminate", "not known": "not known", "u": "not known",
}  # fmt: skip

# A full postcode: district, then one digit and two letters. The letters C, I, K, M, O and V are never among the last two.
INWARD = "[0-9][ABD-HJLNP-UW-Z]{2}"
POSTCODE = re.compile(rf"([A-Z]{{1,2}}[0-9][A-Z0-9]?) ?({INWARD})")
LSOA = re.compile(r"[EW]01[0-9]{6}")


def bands(bounds: Sequence[int] = AGE_BANDS) -> tuple[str, ...]:
    """The words of the bands from their lower ends, e.g. `0-13`, `14-17`, ..., `85+`."""
    between = (f"{low}-{high - 1}" for low, high in pairwise(bounds))
    return (*between, f"{bounds[-1]}+")


def age(born: date, at: date) -> int:
    """Whole years on a day. Who was born on 29 February is a year older on 1 March. Raises ValueError before the birth."""
    if at < born:
        raise ValueError("the day lies before the birth")
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))


def age_band(born: date, at: date, bounds: Sequence[int] = AGE_BANDS) -> str:
    """The band of an age on a day, '' where it lies before the birth, below the first band or beyond OLDEST years."""
    if at < born:
        return ""
    years = age(born, at)
    if years > OLDEST or years < bounds[0]:
        return ""
    return bands(bounds)[max(number for number, low in enumerate(bounds) if years >= low)]


def age_band_sql(born: str, at: str, bounds: Sequence[int] = AGE_BANDS) -> str:
    """The same over two SQL dates: text, null where `age_band` says ''."""
    years = (
        f"(year({at}) - year({born})"
        f" - case when month({at}) * 100 + day({at}) < month({born}) * 100 + day({born}) then 1 else 0 end)"
    )
    words = bands(bounds)
    cases = " ".join(
        f"when {years} >= {low} then {duck.text(words[number])}"
        for number, low in reversed(list(enumerate(bounds)))
    )  # fmt: skip
    return f"case when {at} < {born} or {years} > {OLDEST} then null {cases} end"


def sex(text: str) -> str:
    """`male`, `female`, `indeterminate` or `not known` from the NHS Data Dictionary's codes or words, '' for anything else."""
    return SEX_CODES.get(text.strip().casefold(), "")


def postcode(text: str) -> str:
    """A full postcode with one blank, in capitals; '' where it is none."""
    found = POSTCODE.fullmatch(" ".join(text.upper().split()))
    return f"{found[1]} {found[2]}" if found else ""


def postcode_sql(cell: str) -> str:
    """The same over an SQL text: null where it is none."""
    bare = f"upper(regexp_replace({cell}, '\\s', '', 'g'))"
    whole = f"regexp_full_match({bare}, {duck.text(POSTCODE.pattern.replace(' ?', ''))})"
    return f"case when {whole} then concat(left({bare}, -3), ' ', right({bare}, 3)) end"


def lsoa_sql(cell: str, lookup: str) -> str:
    """The LSOA of an SQL text with a postcode, by `lookup`: SQL of rows (postcode with one blank, lsoa). Null where unknown.

    Nothing of a postcode that the lookup does not hold is kept, not even its sector: with a month and an age, a sector may
    be one person.
    """
    return f"(select any_value(lsoa) from ({lookup}) as places where places.postcode = {postcode_sql(cell)})"
