"""The framework of 2020/21 is read whole, and its register of learning disability is the one that OHID publishes."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from tests.real.read_whole import Taken, take

FILES = {
    ("MAPPING_INDICATORS_2021_v2.csv", "indicators"): ("indicators_2021", 68),
    ("MAPPING_NHS_GEOGRAPHIES_2021.csv", "practice_map"): ("ccg_2021", 6571),
    ("PREVALENCE_2021_v2.csv", "prevalence"): ("practice_2021", 137_991),
}


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    return take([shared_data / "qof"], tmp_path_factory.mktemp("qof"))


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_every_file_is_read_to_the_row(taken, shared_data):
    assert [one.problems for one in taken.outcomes if one.problems or one.status != "archived"] == []
    assert taken.slots() == {
        key: (layout, "2020-21", "name", rows, rows, 0, 0) for key, (layout, rows) in FILES.items()
    }
    for name, _ in FILES:
        assert len(records(shared_data / "qof" / name)) == FILES[name, taken_table(name)][1]
    assert taken.broken_rules() == set()


def taken_table(name: str) -> str:
    return next(table for file, table in FILES if file == name)


def test_registers_and_lists_are_those_of_the_file(taken, shared_data):
    published: Counter[tuple[str, str]] = Counter()
    for record in records(shared_data / "qof" / "PREVALENCE_2021_v2.csv"):
        published[record["GROUP_CODE"], "register"] += int(record["REGISTER"])
        published[record["GROUP_CODE"], "list"] += int(record["PRACTICE_LIST_SIZE"])
    found = taken.rows("select group_code, sum(register_patients), sum(list_size) from prevalence group by 1")
    assert {(group, kind) for group, *_ in found for kind in ("register", "list")} == set(published)
    assert all(
        (published[group, "register"], published[group, "list"]) == (register, size) for group, register, size in found
    )


def test_learning_disability_is_what_ohid_publishes_for_england(taken, shared_data):
    """Fingertips indicator 200 of 2020/21: 324,291 of 60,716,244 patients, 0.534109126%."""
    with (shared_data / "fingertips" / "HEEC_ld_qof_prev.csv").open(encoding="utf-8-sig", newline="") as text:
        (value, count, denominator) = next(
            (record["Value"], record["Count"], record["Denominator"])
            for record in csv.DictReader(text)
            if (record["Area Code"], record["Time period"], record["Category Type"]) == ("E92000001", "2020/21", "")
        )
    ((register, size),) = taken.rows(
        "select sum(register_patients), sum(list_size) from prevalence where group_code = 'LD'"
    )
    assert (str(register), str(size)) == (count, denominator) == ("324291", "60716244")
    assert round(100 * register / size, 9) == float(value)


def test_the_framework_is_worth_567_points(taken):
    assert taken.rows("select sum(points), count(*) from indicators") == [(567, 68)]


def test_every_practice_with_registers_has_a_place(taken):
    assert taken.rows(
        "select count(distinct practice_code), count(distinct practice_code) filter (practice_code in"
        " (select practice_code from practice_map)) from prevalence"
    ) == [(6571, 6571)]
