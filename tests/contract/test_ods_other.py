"""eccg and epcmem without a header: what a role is called, memberships with their days, and what neither may hold."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from judged import failed_rules
from published import add, added, bronze_of, made, rows_of

from pipeline.periods import parse

CLOSED = (
    '"09C","NHS ASHFORD CCG","Y59","QKS","KENT HOUSE","STATION ROAD","","ASHFORD","","TN23 1PP","20130401","20200331",'
    '"","","","","","","","","","1","","","","",""'
)
LOCATION = CLOSED.replace('"09C","NHS ASHFORD CCG"', '"91Q","NHS KENT AND MEDWAY ICB - 91Q"').replace(
    '"20130401","20200331","",""', '"20200401","","","RO319"'
)
AT = {"name": 1, "region": 2, "icb": 3, "open": 10, "close": 11, "role": 13}


def line(code: str = "91Q", pattern: str = LOCATION, **cells: str) -> str:
    fields = next(csv.reader([pattern]))
    fields[0] = code
    if pattern is LOCATION:
        fields[1] = f"NHS KENT AND MEDWAY ICB - {code}"
    for name, cell in cells.items():
        fields[AT[name]] = cell
    return ",".join(f'"{field}"' for field in fields)


def file_of(folder: Path, *lines: str, name: str = "eccg__2025-12.csv") -> Path:
    return made(folder / name, "".join(one + "\r\n" for one in lines).encode())


def commissioners(*more: str) -> list[str]:
    return [*(line(f"{number:02}Q") for number in range(100)), line("09C", CLOSED), *more]


def members(*more: str) -> list[str]:
    """A register of 12,400 practices, of one membership each, and `more`."""
    lines = [f'"{letter}{number:05}","00K","W","20130401","","0"' for letter in "ABCD" for number in range(3100)]
    return [*lines, *more]


def test_a_closed_group_and_a_location(tmp_path, settings):
    release = added(file_of(tmp_path, line("09C", CLOSED), line()), settings)
    assert (release.table, release.layout, release.period) == ("commissioners", "no_header_27", parse("2025-12"))
    closed, location = (
        {name: cell if cell is None else str(cell) for name, cell in row.items()}
        for row in rows_of(bronze_of(release, settings))
    )
    assert closed == {
        "member": "", "source_row": "1", "commissioner_code": "09C", "commissioner_name": "NHS ASHFORD CCG",
        "national_grouping_code": "Y59", "high_level_geography_code": "QKS", "postcode": "TN23 1PP",
        "open_date": "2013-04-01", "close_date": "2020-03-31", "role": None,
    }  # fmt: skip
    assert (location["commissioner_code"], location["close_date"], location["role"]) == (
        "91Q",
        None,
        "sub_icb_location",
    )


@pytest.mark.parametrize(
    ("published", "role"),
    [
        ("RO319", "sub_icb_location"), ("RO319|RO326", "sub_icb_location"), ("RO218", "commissioning_hub"),
        ("RO327", "sub_icb_reporting_entity"),
    ],
)  # fmt: skip
def test_roles_have_names(published, role, tmp_path, settings):
    release = added(file_of(tmp_path, line(role=published)), settings)
    assert [row["role"] for row in rows_of(bronze_of(release, settings))] == [role]


def test_a_role_that_nobody_knows_is_said(tmp_path, settings):
    outcome = add(file_of(tmp_path, *commissioners(line("98Q", role="RO999"))), settings)
    assert "role is 'RO999'" in outcome.problems[0]


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        (commissioners, set()),
        (lambda: commissioners()[40:], {"locations_of_england"}),
        (lambda: commissioners(line("98C", CLOSED, close="20120331")), {"closes_after_it_opens"}),
        (lambda: commissioners(line("A1B2C", close="20250331")), {"location_is_open"}),
        (lambda: commissioners(line("A1B2C", name="NHS KENT AND MEDWAY ICB")), {"location_is_named_by_its_code"}),
        (lambda: commissioners(line("98C", CLOSED, close="")), {"without_role_it_is_closed"}),
    ],
)
def test_a_wrong_register_of_commissioners_breaks_its_rule(lines, rules, tmp_path, settings):
    assert failed_rules(added(file_of(tmp_path, *lines()), settings), settings) == rules


def test_memberships_have_their_days(tmp_path, settings):
    lines = '"A81001","5E1","W","20010401","20130331","0"', '"A81001","00K","W","20130401","","1"'
    release = added(file_of(tmp_path, *lines, name="epcmem__2019-10.csv"), settings)
    assert (release.table, release.layout, release.period) == ("memberships", "no_header_6", parse("2019-10"))
    found = [
        (row["practice_code"], row["parent_code"], str(row["start_date"]), row["end_date"] and str(row["end_date"]))
        for row in rows_of(bronze_of(release, settings))
    ]
    assert found == [("A81001", "5E1", "2001-04-01", "2013-03-31"), ("A81001", "00K", "2013-04-01", None)]


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        (members, set()),
        (lambda: members()[:11000], {"practices_of_england"}),
        (lambda: members('"Y00001","00K","W","20130401","20130331","0"'), {"ends_after_it_starts"}),
        (
            lambda: members('"Y00001","00K","W","20130401","","0"', '"Y00001","00L","W","20150401","","0"'),
            {"one_organisation_at_a_time"},
        ),
    ],
)
def test_wrong_memberships_break_their_rule(lines, rules, tmp_path, settings):
    release = added(file_of(tmp_path, *lines(), name="epcmem__2019-10.csv"), settings)
    assert failed_rules(release, settings) == rules


def test_another_kind_of_organisation_and_a_slipped_column_are_said(tmp_path, settings):
    outcome = add(file_of(tmp_path, *members('"Y00001","00K","X","20130401","","0"'), name="epcmem__2019-10.csv"), settings)  # fmt: skip
    assert "parent_kind is 'X'" in outcome.problems[0]
    slipped = [one.replace('"W","20130401",""', '"W","","20130401"') for one in members()]
    outcome = add(file_of(tmp_path / "slipped", *slipped, name="epcmem__2019-10.csv"), settings)
    assert outcome.status == "refused"
