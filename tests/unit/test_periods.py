"""Proves that a period means the same days however it is written, and that what is not a period is refused.

The oracle for spans of days is arithmetic on dates, never the module under test.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.periods import PERIOD_TYPES, Period, month_period, parse

YEARS = st.integers(min_value=1900, max_value=2998)
MONTHS = st.integers(min_value=1, max_value=12)
DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2998, 12, 31))


def last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


@given(YEARS, MONTHS)
def test_an_iso_month_is_its_first_to_its_last_day(year, month):
    assert parse(f"{year}-{month:02}") == Period(date(year, month, 1), last_day(year, month), "month")


@given(YEARS)
def test_a_year_is_january_to_december(year):
    assert parse(f"{year}") == Period(date(year, 1, 1), date(year, 12, 31), "calendar_year")


@given(YEARS)
def test_a_financial_year_is_april_to_march_of_the_next_year(year):
    expected = Period(date(year, 4, 1), date(year + 1, 3, 31), "financial_year")
    assert parse(f"{year}/{(year + 1) % 100:02}") == expected


@given(YEARS, st.integers(min_value=0, max_value=99))
def test_a_financial_year_whose_second_year_does_not_follow_is_refused(year, second):
    if second == (year + 1) % 100:
        return
    with pytest.raises(ValueError, match="is not a period"):
        parse(f"{year}/{second:02}")


@given(YEARS, st.integers(min_value=1, max_value=4))
def test_a_quarter_is_three_months_of_the_calendar_year(year, quarter):
    found = parse(f"{year}-Q{quarter}")
    assert (found.start, found.end, found.type) == (
        date(year, quarter * 3 - 2, 1), last_day(year, quarter * 3), "quarter",
    )  # fmt: skip
    assert parse(f"{year}-q{quarter}") == found


@given(st.integers(min_value=1900, max_value=1990), st.integers(min_value=1, max_value=9))
def test_years_together_are_from_the_first_january_to_the_last_december(year, more):
    found = parse(f"{year} - {(year + more) % 100:02}")
    assert (found.start, found.end, found.type) == (date(year, 1, 1), date(year + more, 12, 31), "interval")


@pytest.mark.parametrize("text", ["2018 - 17", "2018 - 2020", "2018 -20", "2018/19 - 20/21", "18 - 20"])
def test_years_together_that_are_none_are_refused(text):
    with pytest.raises(ValueError, match="is not a period"):
        parse(text)


@given(DAYS)
def test_a_day_is_a_snapshot(day):
    assert parse(day.isoformat()) == Period(day, day, "snapshot")


@given(DAYS, DAYS)
def test_a_span_of_days_is_exactly_those_days_and_a_span_backwards_is_refused(one, other):
    text = f"{one.isoformat()}/{other.isoformat()}"
    if one <= other:
        assert (parse(text).start, parse(text).end) == (one, other)
    else:
        with pytest.raises(ValueError, match="is not a period"):
            parse(text)


@given(YEARS, MONTHS, st.integers(min_value=0, max_value=30))
def test_a_span_of_months_ends_on_the_last_day_of_its_last_month(year, month, more):
    total = year * 12 + month - 1 + more
    last = (total // 12, total % 12 + 1)
    found = parse(f"{year}-{month:02}/{last[0]}-{last[1]:02}")
    assert (found.start, found.end) == (date(year, month, 1), last_day(*last))


@given(st.one_of(
    st.builds(lambda y, m: f"{y}-{m:02}", YEARS, MONTHS),
    st.builds(str, YEARS),
    st.builds(lambda y: f"{y}/{(y + 1) % 100:02}", YEARS),
    st.builds(lambda y, q: f"{y}-Q{q}", YEARS, st.integers(1, 4)),
    st.builds(date.isoformat, DAYS),
    st.builds(lambda day, more: f"{day}/{day + timedelta(days=more)}", DAYS, st.integers(0, 800)),
))  # fmt: skip
def test_the_key_of_a_period_reads_back_as_the_same_period(text):
    assert parse(parse(text).key) == parse(text)


@given(YEARS, MONTHS)
def test_twelve_months_have_the_name_that_their_first_month_gives_them(year, month):
    end = date(year + (month > 1), (month + 10) % 12 + 1, 1)
    found = parse(f"{year}-{month:02}/{end.year}-{end.month:02}")
    assert found.type == {1: "calendar_year", 4: "financial_year"}.get(month, "rolling_12_months")


@given(st.sampled_from(["month", "calendar_year", "financial_year", "snapshot", "quarter"]), YEARS, YEARS, MONTHS)
def test_two_periods_of_one_type_never_share_a_slug(kind, first, second, month):
    text = {
        "month": "{}-{:02}", "calendar_year": "{}", "financial_year": "{}/{next:02}", "snapshot": "{}-{:02}-28",
        "quarter": "{}-Q{quarter}",
    }[kind]  # fmt: skip
    one, other = (parse(text.format(y, month, next=(y + 1) % 100, quarter=(month + 2) // 3)) for y in (first, second))
    assert one.type == other.type == kind
    assert (one.slug == other.slug) == (one == other)
    assert set(one.slug) <= set("0123456789-_")


@pytest.mark.parametrize(("text", "slug"), [
    ("2025-11", "2025-11"), ("2024", "2024"), ("2024/25", "2024-25"), ("2025-01-31", "2025-01-31"),
    ("2023-12/2024-11", "2023-12_2024-11"), ("2025-Q3", "2025-07_2025-09"),
    ("2025-01-06/2025-01-12", "2025-01-06_2025-01-12"),
    ("1999/00", "1999-00"),
])  # fmt: skip
def test_a_slug_is_short_and_safe_in_a_path(text, slug):
    assert parse(text).slug == slug


@pytest.mark.parametrize("text", [
    "", " ", "2024-13", "2024-00", "2024-1", "24/25", "2024/2025", "2024-Q0", "2024-Q5", "2023-02-29", "2024-02-30",
    "2024-11/2023-12", "2024/26", "2024-12-01/", "/2024-12-01", "2024/12", "Nov 2024", "2024-11-01/2024-11-30/2024-12",
    "2024-11-01T00:00", "٢٠٢٤", "２０２４-0１", "2024-٠١", "2024-Q٣", "0000", "9999/00", "last month", "2024‑11",
])  # fmt: skip
def test_what_is_not_a_period_is_refused_with_the_forms_that_are(text):
    with pytest.raises(
        ValueError, match=r"is not a period; write 2026-03, 2026-03-31, 2025-Q3, 2024, 2024/25"
    ) as refused:
        parse(text)
    assert repr(text.strip()) in str(refused.value)


def test_white_space_around_a_period_is_not_part_of_it():
    assert parse(" 2024/25\n") == parse("2024/25")


def test_a_dash_between_years_is_a_financial_year_only_where_it_cannot_be_a_month():
    assert parse("2024-25").type == "financial_year"
    assert parse("2011-12") == month_period(2011, 12)
    assert parse("2011/12").type == "financial_year"


def test_a_period_cannot_end_before_it_starts_or_have_an_unknown_type():
    with pytest.raises(ValueError, match="starts 2024-02-01 after its end 2024-01-31"):
        Period(date(2024, 2, 1), date(2024, 1, 31), "month")
    with pytest.raises(ValueError, match="unknown period type 'fortnight'"):
        Period(date(2024, 1, 1), date(2024, 1, 14), "fortnight")


@given(DAYS, st.integers(min_value=0, max_value=900))
def test_every_span_gets_a_known_type(start, more):
    end = start + timedelta(days=more)
    assert parse(f"{start}/{end}").type in PERIOD_TYPES


@pytest.mark.parametrize(("text", "kind"), [
    ("2024-04/2024-09", "half_year"), ("2024-10/2025-03", "half_year"), ("2024-01/2024-06", "interval"),
    ("2024-07/2024-09", "quarter"), ("2024-02/2024-04", "interval"), ("2025-01-06/2025-01-12", "week"),
    ("2025-01-06/2025-01-13", "interval"), ("2025-02-01/2025-02-28", "month"), ("2024-02-01/2024-02-28", "interval"),
])  # fmt: skip
def test_the_type_of_a_span_is_the_one_it_most_naturally_has(text, kind):
    assert parse(text).type == kind
