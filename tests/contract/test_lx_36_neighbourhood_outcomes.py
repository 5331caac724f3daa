"""LX-36: the sample is read whole, each rule of the suite finds what it names, every kind of area is known, hidden is not zero."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from judged import broken_rules
from published import rows_of
from written import read_of

from pipeline.catalogue.load import catalogue
from pipeline.errors import Refused
from pipeline.gate.suites import load_suite
from pipeline.ingest.identify import identify
from pipeline.ingest.read import Bronze
from pipeline.sample import primary_care
from pipeline.sample.files import csv_text, write_text

NEWEST, BEFORE = primary_care.EXTRACTS
RULES = load_suite(NEWEST.dataset).for_table("outcomes")
# By rule: the cells by which a right row of one network, told apart by age, becomes one that the rule must catch.
BAD_ROWS = {
    "people_within_events": dict(events="10", people="11"),
    "events_of_few_are_hidden": dict(events="9", people="3"),
    "population_says_its_basis": dict(population="4000", population_basis=""),
    "people_within_population": dict(population="20", events="40", people="30"),
    "ages_all_or_told_apart": dict(age_group="all"),
}


def read(rows: list[dict[str, str]], folder: Path) -> Bronze:
    header = list(catalogue().contracts[NEWEST.dataset].table("outcomes").layouts[0].columns)
    lines = [header, *([row[name] for name in header] for row in rows)]
    path = write_text(folder / NEWEST.file_name, csv_text(lines, "\r\n"))
    (found,) = identify(path, catalogue())
    assert found.contract.dataset == NEWEST.dataset
    return read_of(path, found, folder)


def broken(bronze: Bronze) -> set[str]:
    return broken_rules(f"select * from ({bronze.select()})", RULES)


@pytest.mark.parametrize("one", [NEWEST, BEFORE], ids=["newest", "a year before"])
def test_the_sample_is_read_whole_and_breaks_no_rule(one, tmp_path):
    rows = one.filled()
    bronze = read(rows, tmp_path)
    assert (bronze.report.rows_quarantined, len(rows_of(bronze))) == (0, len(rows))
    assert broken(bronze) == set()


def test_every_rule_has_a_bad_case_here():
    assert {rule.rule_id for rule in RULES} == {f"{NEWEST.dataset}.{name}" for name in BAD_ROWS}


@pytest.mark.parametrize("rule", BAD_ROWS)
def test_a_rule_finds_what_it_names(rule, tmp_path):
    rows = NEWEST.filled()
    rows[0] = rows[0] | BAD_ROWS[rule]
    assert f"{NEWEST.dataset}.{rule}" in broken(read(rows, tmp_path))


def test_areas_of_every_kind_are_known(tmp_path):
    areas = ["U10200", "G82067", "E05000001", "E01000001", "E06000035", "E10000016", "QKS", "local:qks:east-kent"]
    rows = [NEWEST.filled()[-1] | {"area_code": area} for area in areas]
    assert [row["area_code"] for row in rows_of(read(rows, tmp_path))] == areas


def test_a_hidden_count_is_neither_zero_nor_missing(tmp_path):
    rows = rows_of(read(NEWEST.filled(), tmp_path))
    assert {row["events"] for row in rows if row["events_status"] == "suppressed"} == {None}
    assert {row["events_status"] for row in rows} == {"exact", "suppressed", "not_available"}


def test_an_unknown_measure_is_put_aside(tmp_path):
    rows = NEWEST.filled()
    rows[0] = rows[0] | {"measure": "happiness"}
    bronze = read(rows, tmp_path)
    assert bronze.report.rows_quarantined == 1


def test_a_template_without_the_population_is_refused(tmp_path):
    header = [
        name
        for name in catalogue().contracts[NEWEST.dataset].table("outcomes").layouts[0].columns
        if name != "population"
    ]
    path = write_text(tmp_path / NEWEST.file_name, csv_text([header, ["1"] * len(header)], "\r\n"))
    with pytest.raises(Refused, match="population"):
        identify(path, catalogue())


def test_no_code_of_the_sample_is_a_real_place():
    gaps = {code for first, last in primary_care.world.NETWORK_CODE_GAPS for code in range(first, last + 1)}
    for row in NEWEST.filled():
        code = row["area_code"]
        assert not re.fullmatch(r"[EW][0-9]{8}", code) or code[3:6] == "999"
        assert not code.startswith("U") or int(code[1:]) in gaps
