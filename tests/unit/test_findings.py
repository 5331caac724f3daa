"""Proves what the contract's own checks say of a file: an outcome for every planned rule, in words to act on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_tables import contract_of, csv_text, read_bytes

from pipeline.ingest.findings import findings, planned_rules, problems
from pipeline.ingest.read import ReadReport

COLUMNS = [
    {"name": "place", "allowed": ["North", "South"]},
    {"name": "month", "type": "month", "formats": ["%b%Y", "%Y-%m"]},
    {"name": "visits", "type": "integer", "thousands": True, "minimum": 0, "maximum": 1000000},
    {"name": "code", "pattern": "^E[0-9]+$", "required": False},
    {"name": "rate", "type": "decimal", "scale": 2, "required": False},
]
HEADER = ["PLACE", "MONTH", "VISITS", "CODE", "RATE"]
GOOD = ["North", "JUN2023", "1,234", "E1", "0.5"]
CONTRACT = contract_of(COLUMNS, keys=["place", "month"])
TABLE = CONTRACT.tables[0]


def report_of(rows: list[list[str]], folder, contract=CONTRACT) -> ReadReport:
    return read_bytes(contract, csv_text(HEADER, rows), folder).bronze.report


def said_of(changes: dict[int, str], folder, contract=CONTRACT) -> list[str]:
    """The problems of a file of two rows whose second has other cells."""
    bad = [changes.get(at, cell) for at, cell in enumerate(["South", *GOOD[1:]])]
    return problems(contract, contract.tables[0], report_of([GOOD, bad], folder, contract), "f.csv")


def test_a_good_file_has_one_passed_finding_for_every_planned_rule_in_order(tmp_path):
    found = findings(CONTRACT, TABLE, report_of([GOOD], tmp_path), "f.csv")
    assert [one.rule_id for one in found] == planned_rules(CONTRACT, TABLE)
    assert all(one.passed and one.message == "" and one.why and one.rows_failed == 0 for one in found)
    assert len({one.rule_id for one in found}) == len(found)


def test_a_bad_file_has_the_same_findings_and_only_the_broken_rules_fail(tmp_path):
    report = report_of([GOOD, ["East", "JUN2023", "-1", "", ""]], tmp_path)
    found = findings(CONTRACT, TABLE, report, "f.csv")
    assert [one.rule_id for one in found] == planned_rules(CONTRACT, TABLE)
    assert [one.rule_id for one in found if not one.passed] == [
        "things.all_things.place.allowed", "things.all_things.visits.minimum",
    ]  # fmt: skip


PUBLISHER = "To mend: get a corrected file from the publisher"


@pytest.mark.parametrize(("changes", "said"), [
    ({0: "Sout"}, "place is 'Sout' (nearest known: 'South'), expected: place is one of North, South. 1 row. "
     f"{PUBLISHER}; if the publisher changed it, add 'Sout' to `allowed:` of place in things.yml"),
    ({0: " "}, f"place is blank, expected: place is never blank. 1 row. {PUBLISHER}"),
    ({1: "13XXX2023"},
     "month is '13XXX2023', expected: month is a month written as %b%Y or %Y-%m, its first day. 1 row. "
     f"{PUBLISHER}; if the publisher changed it, extend `formats:` of month in things.yml"),
    ({2: "3.7"}, f"visits is '3.7', expected: visits is a whole number in plain digits. 1 row. {PUBLISHER}"),
    ({2: "1,23"},
     f"visits is '1,23', expected: thousands commas in visits stand every three digits. 1 row. {PUBLISHER}"),
    ({2: "-1"}, f"visits is '-1', expected: visits is at least 0. 1 row. {PUBLISHER}"),
    ({2: "1000001"}, f"visits is '1000001', expected: visits is at most 1000000. 1 row. {PUBLISHER}"),
    ({3: "W1"}, f"code is 'W1', expected: code looks like ^E[0-9]+$. 1 row. {PUBLISHER}"),
    ({4: "0.125"},
     "rate is '0.125', expected: rate is a plain decimal number of at most 2 decimals and 18 digits. 1 row. "
     f"{PUBLISHER}; if the publisher changed it, raise `scale:` or `precision:` of rate in things.yml"),
])  # fmt: skip
def test_a_broken_rule_names_file_row_line_cell_expectation_count_and_remedy(changes, said, tmp_path):
    assert said_of(changes, tmp_path) == [f"f.csv row 2 (line 3): {said}"]


def test_an_extract_is_mended_by_the_person_who_made_it(tmp_path):
    contract = CONTRACT.model_copy(update={"kind": "extract"})
    assert said_of({2: "-1"}, tmp_path, contract)[0].endswith("To mend: mend the row and add the file again")


def test_a_row_is_not_given_a_line_where_lines_and_records_part(tmp_path):
    report = read_bytes(CONTRACT, ",".join(HEADER) + "\n\nEast,JUN2023,1,,\n", tmp_path).bronze.report
    assert problems(CONTRACT, TABLE, report, "f.csv")[-1].startswith("f.csv row 1: place is 'East'")


def test_a_very_long_cell_is_shown_short(tmp_path):
    (message,) = said_of({0: "x" * 50_000}, tmp_path)
    assert len(message) < 600
    assert "xxx…'" in message


def test_a_cell_with_a_line_end_stays_one_line(tmp_path):
    contract = contract_of([{**COLUMNS[0], "collapse_spaces": False}, *COLUMNS[1:]], keys=["place", "month"])
    (message,) = said_of({0: "No\nrth"}, tmp_path, contract)
    assert "\n" not in message
    assert r"'No\nrth'" in message


def test_doubled_keys_are_counted_and_the_first_is_said(tmp_path):
    report = report_of([GOOD, GOOD, GOOD, ["South", *GOOD[1:]]], tmp_path)
    (message,) = problems(CONTRACT, TABLE, report, "f.csv")
    assert message == (
        "f.csv: 1 of its keys stand more than once, expected none, first: place North, month 2023-06-01 (3 times). "
        "Counting them would count twice: get a corrected file from the publisher"
    )


def test_a_key_is_what_a_cell_means_and_not_how_it_is_written(tmp_path):
    rows = [GOOD, ["  North ", "2023-06", "5", "", ""]]
    assert report_of(rows, tmp_path).duplicate_keys == 1


def test_two_words_for_one_period_are_one_key(tmp_path):
    columns = [{"name": "place"}, {"name": "period", "type": "period"}]
    contract = contract_of(columns, keys=["place", "period"])
    text = csv_text(["PLACE", "PERIOD"], [["x", "2024/25"], ["x", "2024-04/2025-03"], ["x", "2024"]])
    report = read_bytes(contract, text, tmp_path).bronze.report
    assert report.duplicate_keys == 1
    assert report.duplicate_example == "place x, period_start 2024-04-01, period_end 2025-03-31 (2 times)"


def test_a_blank_in_a_key_is_a_value_like_any_other(tmp_path):
    columns = [{"name": "place"}, {"name": "code", "required": False}]
    contract = contract_of(columns, keys=["place", "code"])
    report = read_bytes(contract, "PLACE,CODE\nx,\nx,\ny,1\n", tmp_path).bronze.report
    assert (report.duplicate_keys, report.duplicate_example) == (1, "place x, code (blank) (2 times)")


def test_too_few_good_rows_fail_and_rows_in_quarantine_are_not_good(tmp_path):
    contract = contract_of(COLUMNS, keys=["place", "month"], min_rows=2)
    said = said_of({0: "East"}, tmp_path, contract)
    assert said[0] == "f.csv: 1 good row, at least 2 expected. Check that the download is whole"
    assert len(said) == 2


def test_a_share_of_bad_rows_that_the_contract_tolerates_passes_and_is_still_counted(tmp_path):
    contract = contract_of(COLUMNS, keys=["place", "month"], max_quarantine_share=0.5)
    report = report_of([GOOD, ["East", *GOOD[1:]]], tmp_path, contract)
    found = {one.rule_id: one for one in findings(contract, contract.tables[0], report, "f.csv")}
    assert found["things.all_things.place.allowed"].passed
    assert found["things.all_things.place.allowed"].rows_failed == 1
    contract = contract_of(COLUMNS, keys=["place", "month"], max_quarantine_share=0.49)
    assert problems(contract, contract.tables[0], report, "f.csv")


def test_a_lost_row_fails(tmp_path):
    report = replace(report_of([GOOD], tmp_path), rows_in=2)
    (message,) = problems(CONTRACT, TABLE, report, "f.csv")
    assert message == "f.csv: 2 rows in, 1 clean, 0 quarantined"


def test_a_report_reads_back_as_it_was_written(tmp_path):
    report = report_of([GOOD, ["East", "x", "1,23", "?", "0.125"]], tmp_path)
    assert ReadReport.from_json(report.to_json()) == report
    assert report.offences
