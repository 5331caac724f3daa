"""Periods: the one place that reads and writes them.

A period has a first and a last day, both inclusive, and a type. Text forms are ISO or the NHS's own:
`2026-03`, `2026-03-31`, `2025-Q3` (calendar quarter), `2024`, `2024/25` (financial year, April to March),
`2023-12/2024-11`, `2023-12-01/2024-11-30`; and `2018 - 20`, three calendar years, as Fingertips writes them.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

PERIOD_TYPES = (
    "day", "week", "month", "quarter", "half_year", "financial_year", "calendar_year",
    "academic_year", "rolling_12_months", "interval", "snapshot",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Period:
    """First and last day, both inclusive. `type` is one of PERIOD_TYPES."""

    start: date
    end: date
    type: str

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError(f"period starts {self.start} after its end {self.end}")
        if self.type not in PERIOD_TYPES:
            raise ValueError(f"unknown period type {self.type!r}")

    @property
    def key(self) -> str:
        """The period_key that BI tools join on, e.g. `2023-12-01/2024-11-30`."""
        return f"{self.start.isoformat()}/{self.end.isoformat()}"

    @property
    def slug(self) -> str:
        """Short text that is safe in a path: `2025-11`, `2024`, `2024-25`, `2025-01-31`, `2023-12_2024-11`."""
        if self.type == "month":
            return f"{self.start:%Y-%m}"
        if self.type == "calendar_year":
            return f"{self.start:%Y}"
        if self.type == "financial_year":
            return f"{self.start:%Y}-{self.end:%y}"
        if self.start == self.end:
            return self.start.isoformat()
        if self.start.day == 1 and self.end == _month_end(self.end):
            return f"{self.start:%Y-%m}_{self.end:%Y-%m}"
        return f"{self.start.isoformat()}_{self.end.isoformat()}"


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _add_months(day: date, months: int) -> date:
    total = day.year * 12 + day.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)


def month_period(year: int, month: int) -> Period:
    start = date(year, month, 1)
    return Period(start, _month_end(start), "month")


def _type_of(start: date, end: date) -> str:
    """The type that a span of whole months most naturally has; anything else is an interval."""
    if start == end:
        return "snapshot"
    if start.day != 1 or end != _month_end(end):
        return "week" if end - start == timedelta(days=6) else "interval"
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    if months == 12:
        return {1: "calendar_year", 4: "financial_year"}.get(start.month, "rolling_12_months")
    if months == 3 and start.month % 3 == 1:
        return "quarter"
    if months == 6 and start.month in (4, 10):
        return "half_year"
    return "month" if months == 1 else "interval"


def _edge(text: str, *, last: bool) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return date.fromisoformat(text)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        day = date(int(text[:4]), int(text[5:]), 1)
        return _month_end(day) if last else day
    raise ValueError(text)


def year_of(first: date, kind: str) -> Period:
    """The financial year (April to March) or academic year (August to July) that begins with `first`."""
    return Period(first, _add_months(first, 12) - timedelta(days=1), kind)


def containing(day: date, kind: str) -> Period:
    """The period of a type that holds a day: month, quarter (of the calendar), calendar, financial or academic year."""
    if kind in ("day", "snapshot"):
        return Period(day, day, kind)
    if kind == "month":
        return month_period(day.year, day.month)
    if kind == "quarter":
        start = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
        return Period(start, _add_months(start, 3) - timedelta(days=1), "quarter")
    if kind == "calendar_year":
        return Period(date(day.year, 1, 1), date(day.year, 12, 31), kind)
    first = {"financial_year": 4, "academic_year": 8}[kind]
    return year_of(date(day.year - (day.month < first), first, 1), kind)


_TWO_YEARS = re.compile(r"(?:20|19)?([0-9]{2}) ?[-/–]? ?(?:(?:20|19)(?=[0-9]{2}))?([0-9]{2})")


def parse_as(text: str, reads: str) -> Period:
    """The period that a cell names where its column says what kind it is (`reads` of a contract), else as `parse`.

    `2011-12`, `2011/2012` and `201112` are the financial or academic year that begins in 2011, `2012` the financial
    year that ends in 2012 where it reads financial_year_ending. Raises ValueError.
    """
    text = text.strip()
    kind = reads.removesuffix("_ending")
    if not kind:
        return parse(text)
    if kind in ("financial_year", "academic_year"):
        if re.fullmatch(r"[0-9]{4}", text) and (reads.endswith("_ending") or not _follows(text[:2], text[2:])):
            if not reads.endswith("_ending"):
                raise ValueError(f"{text!r} is one year, expected two, such as 2011/12")
            return containing(date(int(text), 1, 1), kind)
        match = _TWO_YEARS.fullmatch(text)
        if not match or not _follows(match[1], match[2]):
            raise ValueError(f"{text!r} is not a year such as 2011/12")
        century = int(text[:2]) if len(re.sub(r"[^0-9]", "", text)) > 4 else 20
        return year_of(date(century * 100 + int(match[1]), 4 if kind == "financial_year" else 8, 1), kind)
    found = parse(text)
    if found.type != kind:
        raise ValueError(f"{text!r} is not a {kind.replace('_', ' ')}")
    return found


def _follows(first: str, second: str) -> bool:
    return (int(first) + 1) % 100 == int(second)


def parse(text: str) -> Period:
    """The period that `text` names. Raises ValueError with the accepted forms."""
    text = text.strip()
    try:
        if re.fullmatch(r"[0-9]{4}", text):
            return Period(date(int(text), 1, 1), date(int(text), 12, 31), "calendar_year")
        if match := re.fullmatch(r"([0-9]{4})[/-]([0-9]{2})", text):
            first, second = int(match[1]), int(match[2])
            if (first + 1) % 100 == second and ("/" in text or second > 12):
                return Period(date(first, 4, 1), date(first + 1, 3, 31), "financial_year")
            if "/" in text:
                raise ValueError(text)
            return month_period(first, second)
        if match := re.fullmatch(r"([0-9]{4}) - ([0-9]{2})", text):
            start, end = int(match[1]), int(match[1][:2] + match[2])
            return Period(date(start, 1, 1), date(end, 12, 31), _type_of(date(start, 1, 1), date(end, 12, 31)))
        if match := re.fullmatch(r"([0-9]{4})-Q([1-4])", text, re.IGNORECASE):
            start = date(int(match[1]), 3 * int(match[2]) - 2, 1)
            return Period(start, _add_months(start, 3) - timedelta(days=1), "quarter")
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            day = date.fromisoformat(text)
            return Period(day, day, "snapshot")
        if "/" in text:
            left, right = text.split("/", 1)
            start, end = _edge(left, last=False), _edge(right, last=True)
            return Period(start, end, _type_of(start, end))
        raise ValueError(text)
    except ValueError as error:
        raise ValueError(
            f"{text!r} is not a period; write 2026-03, 2026-03-31, 2025-Q3, 2024, 2024/25, 2023-12/2024-11 "
            "or 2023-12-01/2024-11-30"
        ) from error
