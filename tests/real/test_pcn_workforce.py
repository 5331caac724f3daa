"""Three censuses of network staff are read whole; directors are those of the publisher's bulletin, as FTE and as heads."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal

import pytest

from tests.real.read_whole import Taken, take

# file -> month, posts
FILES = {
    "2.Primary Care Networks – June 2020 Individual Level.csv": ("2020-06", 2_044),
    "7.Primary Care Networks – September 2021 Individual Level.csv": ("2021-09", 10_730),
    "11.Primary Care Networks – September 2022 Individual Level.csv": ("2022-09", 17_239),
}
# PCNW November 2025 bulletin tables, 1a (FTE) and 1b (headcount): medical, nurse and other clinical directors.
BULLETIN = {
    "2020-06": [("61.4991333327", 293), ("1.6509333333", 7), ("1.9466666668", 14)],
    "2021-09": [("147.621599978", 566), ("27.77626667", 51), ("8.0186666677", 43)],
    "2022-09": [("194.2155999986", 735), ("24.6762666667", 41), ("9.2080000002", 46)],
}
# Table 2a: directors of all kinds.
ALL_DIRECTORS = {"2020-06": "71.6633999993", "2021-09": "201.9181333147", "2022-09": "250.9747999988"}
ROLES = ("Clinical Director – Medical", "Clinical Director – Nurse", "Clinical Director – DPC")
ROUNDED = Decimal("0.0000001")


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "pcn_workforce"], tmp_path_factory.mktemp("pcn"))


@pytest.fixture(scope="module")
def published(shared_data) -> dict[str, list[dict[str, str]]]:
    found = {}
    for name in FILES:
        with (shared_data / "pcn_workforce" / name).open(encoding="cp1252", newline="") as text:
            found[name] = list(csv.DictReader(text))
    return found


def test_every_file_is_read_to_the_row(taken, published):
    assert [one.problems for one in taken.outcomes if one.problems or one.status != "archived"] == []
    assert taken.slots() == {
        (name, "individuals"): ("individual_2020_cp1252", month, "name", posts, posts, 0, 0)
        for name, (month, posts) in FILES.items()
    }
    assert {name: len(records) for name, records in published.items()} == {name: one[1] for name, one in FILES.items()}
    assert taken.broken_rules() == set()


@pytest.mark.parametrize("name", FILES)
def test_hours_by_network_and_role_are_those_of_the_file(name, taken, published):
    counted: Counter[tuple[str, str]] = Counter()
    for record in published[name]:
        counted[record["PCN_CODE"], record["DETAILED_STAFF_ROLE"].strip()] += Decimal(record["FTE"])
    found = taken.rows(
        f"select pcn_code, detailed_staff_role, sum(fte) from individuals where file = '{name}' group by all"
    )
    assert {(network, role): fte for network, role, fte in found} == counted


@pytest.mark.parametrize("month", BULLETIN)
def test_directors_are_those_of_the_bulletin(month, taken):
    found = {
        role: (fte, heads)
        for role, fte, heads in taken.rows(
            "select detailed_staff_role, sum(fte), count(distinct person) from individuals"
            f" where slot = '{month}' and staff_group = 'Directors' group by 1"
        )
    }
    for role, (fte, heads) in zip(ROLES, BULLETIN[month], strict=True):
        assert abs(found[role][0] - Decimal(fte)) < ROUNDED
        # Of September 2021 the bulletin counts 43 for 44 numbers.
        assert found[role][1] - heads == (1 if (month, role) == ("2021-09", ROLES[2]) else 0)
    assert abs(sum(fte for fte, _ in found.values()) - Decimal(ALL_DIRECTORS[month])) < ROUNDED


def test_contracted_services_have_hours_and_no_person(taken, published):
    without = {
        name: sum(record["UNIQUE_IDENTIFIER"] == "NULL" for record in records) for name, records in published.items()
    }
    found = dict(taken.rows("select file, count(*) from individuals where data_source <> 'NWRS Staff' group by 1"))
    assert found == without


def test_no_number_of_a_person_is_the_publishers(taken, published):
    numbers = {record["UNIQUE_IDENTIFIER"] for records in published.values() for record in records}
    kept = {person for (person,) in taken.rows("select distinct person from individuals")}
    assert not kept & numbers
    # The same person in two censuses has two numbers here.
    assert taken.rows(
        "select count(*) from (select person from individuals group by 1 having count(distinct file) > 1)"
    ) == [(0,)]
