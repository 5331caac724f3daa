"""How page and workbook say areas, periods, numbers and statuses.

Belongs here: pure functions from a value to its words, the same in every artefact. Does not belong here: reading an
edition (home.py), what an artefact shows and in which order (page.py, workbook.py).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
STATUS_WORDS = {
    "exact": "exact",
    "rounded": "rounded",
    "suppressed": "suppressed",
    "not_available": "not available",
    "not_applicable": "not applicable",
    "missing": "missing",
    "estimated": "approximate",
    "not_reproducible": "not reproducible",
}


def short_name(area_name: str) -> str:
    """An ICB's name without the words that all of them share."""
    return re.sub(r"^NHS | (Integrated Care Board|ICB)$", "", area_name)


def day_words(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def month_words(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"


def period_words(start: date, end: date) -> str:
    """A period in words: `November 2025`, `December 2024 to November 2025`, `31 January to 30 September 2024`."""
    if start == end:
        return day_words(start)
    if start.day == 1 and (end + timedelta(days=1)).day == 1:
        if (start.year, start.month) == (end.year, end.month):
            return month_words(start)
        first = MONTHS[start.month - 1] if start.year == end.year else month_words(start)
        return f"{first} to {month_words(end)}"
    first = f"{start.day} {MONTHS[start.month - 1]}" if start.year == end.year else day_words(start)
    return f"{first} to {day_words(end)}"


def number(value: float | Decimal, places: int | None = None, *, signed: bool = False) -> str:
    """A number with thousands commas; `places` None keeps the digits it has. Minus is the sign, not a hyphen."""
    exact = Decimal(str(value))
    if places is None:
        digits = exact.normalize().as_tuple().exponent
        places = max(0, -digits) if isinstance(digits, int) else 0
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    # A sign before 0.0 would claim a direction that the rounded figure no longer shows.
    text = f"{abs(rounded):,.{places}f}"
    sign = "\N{MINUS SIGN}" if rounded < 0 else "+" if signed and rounded > 0 else ""
    return sign + text


def signed(value: float | Decimal, places: int) -> str:
    """A change: its direction is said even where it is upwards."""
    return number(value, places, signed=True)


def with_unit(text: str, unit: str) -> str:
    if unit == "percent":
        return f"{text}%"
    if unit == "GBP":
        return f"\N{MINUS SIGN}\u00a3{text[1:]}" if text.startswith("\N{MINUS SIGN}") else f"\u00a3{text}"
    return text if unit == "count" else f"{text} {unit}"


def ours(value: float | Decimal, unit: str) -> str:
    """A figure that we computed: whole numbers whole, everything else to one decimal."""
    whole = unit != "percent" and float(value).is_integer()
    return with_unit(number(value, 0 if whole else 1), unit)


def interval_words(lower: float | None, upper: float | None) -> str:
    """A 95% interval of a percentage, '' where there is none, in the decimals that tell its limits apart."""
    if lower is None or upper is None:
        return ""
    places = interval_places(lower, upper)
    return f"{number(lower, places)}% to {number(upper, places)}%"


def interval_places(lower: float, upper: float) -> int:
    """The decimals that tell two limits apart; one where they are far enough from each other."""
    return next((places for places in (1, 2, 3) if upper - lower >= 2 * 10**-places), 4)


def as_stated(value: float | Decimal, unit: str) -> str:
    """A figure in the digits that its source gave: another decimal would claim more than was said."""
    return with_unit(number(value), unit)


def as_printed(row: dict) -> str:
    """What a document states of a cell: qualifier and figure, or the status where it gives no number."""
    if row["value_published"] is None:
        return "no number given" if row["value_status"] == "not_available" else status_words(row["value_status"])
    qualifier = "" if row["qualifier"] in (None, "exact") else f"{row['qualifier']} "
    return qualifier + as_stated(row["value_published"], row["unit"])


def status_words(value_status: str) -> str:
    return STATUS_WORDS.get(value_status, value_status.replace("_", " "))


def figure(row: dict) -> str:
    """The value in words, or why there is none."""
    return status_words(row["value_status"]) if row["value"] is None else ours(row["value"], row["unit"])


def limits(row: dict) -> str:
    """The 95% interval in the unit of the value, '' where it has none."""
    if row["value"] is None or row["lower_95"] is None or row["upper_95"] is None:
        return ""
    return f"{number(row['lower_95'], 1)} to {number(row['upper_95'], 1)}"
