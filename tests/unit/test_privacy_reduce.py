"""Proves that what is kept of a birth date and a postcode is right, in Python and in DuckDB alike."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.privacy.reduce import AGE_BANDS, age, age_band, age_band_sql, bands, lsoa_sql, postcode, postcode_sql, sex

BIRTHS = st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 12, 31))
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2030, 12, 31))
BOUNDS = st.sampled_from([AGE_BANDS, (0, 18), (16, 25, 35, 50, 65), (0,)])
CON = duckdb.connect()


def birthdays(born: date, at: date) -> int:
    """The oracle of an age: birthdays that came and went, counted one by one; 29 February falls on 1 March."""
    count, year = 0, born.year + 1
    while True:
        try:
            birthday = born.replace(year=year)
        except ValueError:
            birthday = date(year, 3, 1)
        if birthday > at:
            return count
        count, year = count + 1, year + 1


@given(BIRTHS, DAYS)
def test_an_age_is_the_birthdays_since_birth(born, at):
    if born > at:
        with pytest.raises(ValueError, match="before the birth"):
            age(born, at)
    else:
        assert age(born, at) == birthdays(born, at)


def test_who_was_born_on_29_february_is_a_year_older_on_1_march():
    assert age(date(2004, 2, 29), date(2022, 2, 28)) == 17
    assert age(date(2004, 2, 29), date(2022, 3, 1)) == 18


@given(BIRTHS, DAYS, BOUNDS)
def test_a_band_holds_the_age_and_is_the_only_one_that_does(born, at, bounds):
    found = age_band(born, at, bounds)
    if born > at or birthdays(born, at) > 120 or birthdays(born, at) < bounds[0]:
        assert found == ""
        return
    low, _, high = found.rstrip("+").partition("-")
    assert int(low) <= birthdays(born, at) <= (int(high) if high else 120)
    assert found in bands(bounds)


@settings(max_examples=10)
@given(st.lists(st.tuples(BIRTHS, DAYS), min_size=20, max_size=60), BOUNDS)
def test_duckdb_gives_the_same_bands(days, bounds):
    births, ats = zip(*days, strict=True)
    query = f"select {age_band_sql('born', 'day', bounds)} from (select unnest(?::date[]) as born, unnest(?::date[]) as day)"
    found = [band or "" for (band,) in CON.execute(query, [births, ats]).fetchall()]
    assert found == [age_band(born, at, bounds) for born, at in days]


def test_bands_follow_each_other_without_gap():
    assert bands() == ("0-13", "14-17", "18-24", "25-34", "35-49", "50-64", "65-74", "75-84", "85+")


@pytest.mark.parametrize(("born", "at", "band"), [
    (date(2008, 6, 1), date(2026, 5, 31), "14-17"), (date(2008, 6, 1), date(2026, 6, 1), "18-24"),
    (date(1900, 1, 1), date(2026, 1, 1), ""), (date(2026, 2, 1), date(2026, 1, 1), ""), (date(2026, 1, 1), date(2026, 1, 1), "0-13"),
])  # fmt: skip
def test_edges_of_bands(born, at, band):
    assert age_band(born, at) == band


@pytest.mark.parametrize(("text", "word"), [
    ("1", "male"), ("F", "female"), (" Female ", "female"), ("9", "indeterminate"), ("0", "not known"), ("X", "not known"), ("3", ""),
    ("", ""), ("woman", ""),
])  # fmt: skip
def test_sex_is_one_of_four_words(text, word):
    assert sex(text) == word


@pytest.mark.parametrize(("text", "whole"), [
    ("sw1a1aa", "SW1A 1AA"), (" SW1A  1AA", "SW1A 1AA"), ("M1 1AE", "M1 1AE"), ("CR2 6XH", "CR2 6XH"), ("DN551PT", "DN55 1PT"),
    ("SW1A", ""), ("SW1A 1A", ""), ("", ""), ("SW1A 1AC", ""), ("1SW 1AA", ""), ("SW1A 1AA2", ""),
])  # fmt: skip
def test_a_postcode_is_whole_or_none_in_python_and_duckdb(text, whole):
    assert postcode(text) == whole
    (found,) = CON.execute(f"select {postcode_sql('cell')} from (select ? as cell)", [text]).fetchone()
    assert (found or "") == whole


def test_a_postcode_becomes_the_lsoa_of_the_lookup_and_nothing_where_it_is_not_there():
    lookup = "select * from (values ('SW1A 1AA', 'E01004736'), ('M1 1AE', 'E01033658')) as t(postcode, lsoa)"
    cells = "(values ('sw1a1aa'), ('M1 1AE'), ('CR2 6XH'), ('none'), (null)) as t(cell)"
    rows = CON.execute(f"select {lsoa_sql('cell', lookup)} from {cells}").fetchall()
    assert [one for (one,) in rows] == ["E01004736", "E01033658", None, None, None]


@settings(max_examples=20)
@given(BIRTHS)
def test_a_band_lasts_until_the_birthday_that_begins_the_next(born):
    at = born
    seen = []
    while len(seen) < 4:
        band = age_band(born, at)
        if not seen or seen[-1] != band:
            seen.append(band)
            assert birthdays(born, at) in AGE_BANDS
        at += timedelta(days=1)
