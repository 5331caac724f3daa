"""Proves that a person-level contract says who answers for the people in it, and that blank and expired are told apart."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.catalogue.governance import Governance

WHOLE = {
    "controller": "NHS Sampleland ICB (QZ1)", "purpose": "follow support to its outcome", "lawful_basis": "6(1)(e), 9(2)(h)",
    "section_251": "reference: 26/CAG/0001", "dpia": "DPIA-2026-014", "sharing_agreement": "ISA-77",
    "national_data_opt_out": "applied upstream: by the council", "retention_months": 24, "expires": date(2027, 3, 31),
    "permitted_roles": ("population health analyst",),
}  # fmt: skip
TODAY = date(2026, 11, 21)


def test_what_is_whole_and_not_expired_has_no_fault():
    assert Governance(**WHOLE).faults(TODAY) == ()


def test_a_contract_may_ship_blank_and_every_blank_field_is_named_in_order():
    assert Governance().blanks() == tuple(WHOLE)
    assert Governance().faults(TODAY) == tuple(f"{name} is blank" for name in WHOLE)


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_each_field_blocks_when_it_alone_is_blank(name):
    blank = WHOLE | {name: None if name in ("retention_months", "expires") else ()}
    if isinstance(WHOLE[name], str):
        blank[name] = ""
    assert Governance(**blank).faults(TODAY) == (f"{name} is blank",)


@pytest.mark.parametrize("text", ["", "  ", "TBC", "tbd.", "n/a", "None", "-", "todo", "Unknown"])
@pytest.mark.parametrize("name", ["controller", "purpose", "dpia"])
def test_words_that_stand_for_nothing_are_blank(name, text):
    assert Governance(**(WHOLE | {name: text})).blanks() == (name,)


def test_a_role_that_says_nothing_is_blank():
    assert Governance(**(WHOLE | {"permitted_roles": ("analyst", "tbc")})).blanks() == ("permitted_roles",)


@given(st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1)))
def test_an_agreement_holds_to_its_last_day(today):
    expired = Governance(**WHOLE).faults(today)
    assert bool(expired) == (today > date(2027, 3, 31))
    assert all("expires says 2027-03-31, which is past" in one for one in expired)


@pytest.mark.parametrize(("name", "text"), [
    ("national_data_opt_out", "yes"), ("national_data_opt_out", "applied upstream:"), ("national_data_opt_out", "exempt: tbc"),
    ("section_251", "26/CAG/0001"), ("section_251", "not needed: "), ("section_251", "not needed: n/a"),
])  # fmt: skip
def test_opt_out_and_section_251_say_which_and_why(name, text):
    with pytest.raises(ValidationError, match=name):
        Governance(**(WHOLE | {name: text}))


def test_an_unknown_field_is_refused():
    with pytest.raises(ValidationError, match="retention"):
        Governance(**(WHOLE | {"retention": "2 years"}))


@pytest.mark.parametrize(("archived", "months", "until"), [
    (date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2024, 2, 29), 12, date(2025, 2, 28)), (date(2026, 11, 21), 24, date(2028, 11, 21)),
    (date(2026, 12, 1), 1, date(2027, 1, 1)),
])  # fmt: skip
def test_a_release_is_kept_for_so_many_months(archived, months, until):
    assert Governance(**(WHOLE | {"retention_months": months})).keep_until(archived) == until


def test_where_nobody_says_for_how_long_there_is_no_day():
    assert Governance().keep_until(TODAY) is None
