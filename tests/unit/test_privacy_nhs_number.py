"""Proves which ten digits are an NHS Number and which stand for nobody.

The oracle of Modulus 11 is the other definition of it, from the theory of codes: all ten digits, weighted 10 down to 1,
add up to a multiple of 11. The module works the check digit out from nine, as the NHS Data Dictionary tells it.
"""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.privacy.nhs_number import EXAMPLES, check_digit, is_valid, kind_of, made, normal

TEN = st.integers(min_value=0, max_value=9_999_999_999).map(lambda number: f"{number:010}")
NINE = st.integers(min_value=0, max_value=999_999_999)


def oracle(digits: str) -> bool:
    """Modulus 11 by the weighted sum of all ten digits; multiplied out by repeated addition, without weights."""
    running = total = 0
    for digit in digits:
        running += ord(digit) - ord("0")
        total += running
    return total % 11 == 0


VALID = NINE.map(made).filter(bool)


@given(TEN)
def test_ten_digits_are_valid_where_the_oracle_says_so(digits):
    assert is_valid(digits) == oracle(digits)


@given(NINE)
def test_nine_digits_have_one_check_digit_or_none(nine):
    fitting = [digit for digit in range(10) if oracle(f"{nine:09}{digit}")]
    assert fitting == ([] if check_digit(f"{nine:09}") is None else [check_digit(f"{nine:09}")])


@given(VALID, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(digits, place, by):
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    assert not is_valid(wrong)


@given(VALID, st.integers(0, 8))
def test_two_neighbours_that_changed_places_are_always_noticed(digits, place):
    assume(digits[place] != digits[place + 1])
    assert not is_valid(digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :])


@given(VALID, st.sampled_from([" ", "-", "\u00a0"]))
def test_a_number_is_the_same_in_groups_of_3_3_4(digits, between):
    written = between.join((digits[:3], digits[3:6], digits[6:]))
    assert normal(f"  {written} ") == digits
    assert kind_of(written) == kind_of(digits)


@pytest.mark.parametrize("text", [
    "", "401023213", "40102321376", "401 0232137", "401-023 2137", "4010-232137", "401.023.2137", "４０１０２３２１３７", "4010232137x",
    "+4010232137", "4.010232137e9", "٤٨٥٧٧٧٣٤٥٦",
])  # fmt: skip
def test_what_is_not_of_the_form_is_no_number(text):
    assert (normal(text), kind_of(text)) == ("", "not_a_number")


@pytest.mark.parametrize("digits", ["4010232137", "4505577104", "9434765919"])
def test_published_examples_are_valid_and_stand_for_nobody(digits):
    assert oracle(digits)
    assert is_valid(digits)
    assert kind_of(digits) == "sentinel"


def test_every_example_is_proven_above():
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize("digit", "0123456789")
def test_one_digit_repeated_is_valid_by_modulus_11_and_stands_for_nobody(digit):
    assert oracle(digit * 10)
    assert kind_of(digit * 10) == "sentinel"


@pytest.mark.parametrize("digits", ["0123456789", "1234567890", "9876543210", "0987654321"])
def test_runs_stand_for_nobody(digits):
    assert kind_of(digits) in ("sentinel", "not_a_number")
    assert kind_of(digits) == "sentinel"


@given(st.integers(0, 999_999).map(lambda number: made(999_000_000 + number)).filter(bool))
def test_numbers_from_999_are_test_numbers(digits):
    assume(len(set(digits)) > 1)
    assert kind_of(digits) == "test"


@pytest.mark.parametrize(("nine", "kind"), [
    (10_101_000, "not_issued"), (299_999_999, "not_issued"), (300_000_000, "issued"), (400_000_000, "issued"),
    (499_999_998, "issued"), (500_000_000, "not_issued"), (599_999_999, "not_issued"), (600_000_000, "issued"),
    (799_999_999, "issued"), (800_000_000, "not_issued"), (998_999_998, "not_issued"), (999_000_001, "test"),
])  # fmt: skip
def test_the_range_says_who_issues_a_number(nine, kind):
    number = next(one for one in map(made, range(nine, nine + 12)) if one)
    assert kind_of(number) == kind


@given(VALID)
def test_a_valid_number_is_never_called_wrong(digits):
    assert kind_of(digits) != "not_a_number"
