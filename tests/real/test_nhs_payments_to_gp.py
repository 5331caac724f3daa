"""Payments of two years are read whole; every practice's totals are the publisher's, to the penny."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

from tests.real.read_whole import Taken, take

TOTAL = "Total NHS Payments to General Practice"
# file -> layout, financial year, practices, kinds of payment, the first total of England in pounds
FILES = {
    "21-22.csv": ("ccg_2022", "2021-22", 6758, 49, Decimal("10075780270.50")),
    "22-23.csv": ("sub_icb_2023", "2022-23", 6669, 50, Decimal("10230094803.70")),
}


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "nhs_payments_to_gp"], tmp_path_factory.mktemp("payments"))


@pytest.fixture(scope="module")
def published(shared_data) -> dict[str, list[dict[str, str]]]:
    found = {}
    for name in FILES:
        with (shared_data / "nhs_payments_to_gp" / name).open(encoding="utf-8-sig", newline="") as text:
            found[name] = [{column.strip(): cell for column, cell in record.items()} for record in csv.DictReader(text)]
    return found


def test_every_file_is_read_to_the_row(taken, published):
    assert [one.problems for one in taken.outcomes if one.problems or one.status != "archived"] == []
    assert taken.slots() == {
        (name, "practice_payments"): (layout, year, "name", practices * kinds, practices * kinds, 0, 0)
        for name, (layout, year, practices, kinds, _) in FILES.items()
    }
    assert {name: len(records) for name, records in published.items()} == {name: one[2] for name, one in FILES.items()}
    assert taken.broken_rules() == set()


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_payment_adds_up_to_that_of_the_file(name, taken, published):
    found = dict(taken.rows(f"select payment, sum(amount) from practice_payments where file = '{name}' group by 1"))
    assert found[TOTAL] == FILES[name][4]
    assert {payment: sum(Decimal(record[payment]) for record in published[name]) for payment in found} == found


def test_the_network_is_read_from_the_columns_that_the_header_misnames(taken, published):
    """In 2022/23 the columns Code and CCG NAME hold code and name of the network."""
    for name, code, network in (("21-22.csv", "PCN Code", "PCN Name"), ("22-23.csv", "Code", "CCG NAME")):
        found = taken.rows(
            f"select distinct practice_code, pcn_code, pcn_name from practice_payments where file = '{name}' order by 1"
        )
        assert found == sorted(
            (one["Practice Code"], one[code], " ".join(one[network].split())) for one in published[name]
        )
    assert taken.rows("select distinct pcn_name from practice_payments where pcn_code = 'U89141'") == [
        ("STOCKTON PCN",)
    ]


def test_patients_are_those_of_the_file(taken, published):
    found = taken.rows(
        "select file, sum(registered), sum(weighted) from (select file, practice_code, any_value(registered_patients)"
        " as registered, any_value(weighted_patients) as weighted from practice_payments group by 1, 2) group by 1"
    )
    registered, weighted = (f"Number of {kind} Patients (Last Known Figure)" for kind in ("Registered", "Weighted"))
    assert {file: tuple(sums) for file, *sums in found} == {
        name: tuple(sum(Decimal(record[column]) for record in records) for column in (registered, weighted))
        for name, records in published.items()
    }
