"""Proves what a table says whose lines may be alike, and one whose days may say its period."""

from __future__ import annotations

import pytest
from small_tables import contract_of, csv_text, read_bytes

from pipeline.errors import Refused
from pipeline.ingest.archive import period_of_release
from pipeline.ingest.findings import findings, planned_rules
from pipeline.periods import parse

COLUMNS = [
    {"name": "supplier"},
    {"name": "paid", "type": "date", "formats": ["%Y-%m-%d"]},
    {"name": "list_of", "type": "month", "formats": ["%b-%y"], "required": False},
]
HEADER = ["SUPPLIER", "PAID", "LIST_OF"]
PERIOD = {
    "type": "month",
    "content_column": "list_of",
    "content_within": "paid",
    "name": r"(?P<year>\d{4})(?P<month>\d{2})",
}


def report_of(rows, folder, **table):
    contract = contract_of(COLUMNS, **table)
    return contract, read_bytes(contract, csv_text(HEADER, rows), folder).bronze.report


@pytest.mark.parametrize(("repeat", "failed"), [(False, ["things.all_things.keys_unique"]), (True, [])])
def test_lines_that_are_alike_fail_where_a_key_is_promised(repeat, failed, tmp_path):
    rows = [["A", "2020-04-01", ""]] * 2
    contract, report = report_of(rows, tmp_path, keys=["supplier", "paid"], lines_repeat=repeat)
    found = findings(contract, contract.tables[0], report, "f.csv")
    assert [one.rule_id for one in found] == planned_rules(contract, contract.tables[0])
    assert [one.rule_id for one in found if not one.passed] == failed
    assert report.rows_clean == 2


@pytest.mark.parametrize(("rows", "said"), [
    ([["A", "2020-04-01", ""], ["B", "2020-04-30", ""]], "2020-04"),
    ([["A", "2020-04-30", ""], ["B", "2020-05-01", "Jun-20"]], "2020-06"),
])  # fmt: skip
def test_days_say_the_month_where_all_are_in_it_and_nothing_else_does(rows, said, tmp_path):
    contract, report = report_of(rows, tmp_path, period=PERIOD)
    chosen = period_of_release(contract, contract.tables[0], report, "things_.csv", None)
    assert chosen == (parse(said), "content", "")


def test_days_of_two_months_say_none(tmp_path):
    contract, report = report_of([["A", "2020-04-30", ""], ["B", "2020-05-01", ""]], tmp_path, period=PERIOD)
    table = contract.tables[0]
    assert period_of_release(contract, table, report, "things_202005.csv", None) == (parse("2020-05"), "name", "")
    with pytest.raises(Refused, match="neither its content nor its name says which period"):
        period_of_release(contract, table, report, "things_.csv", None)


@pytest.mark.parametrize(("column", "said"), [
    ("day", r"content_within names \['day'\], not a column"), ("supplier", "content_within supplier is none of month, date"),
])  # fmt: skip
def test_the_days_are_of_a_column_of_days(column, said):
    with pytest.raises(ValueError, match=said):
        contract_of(COLUMNS, period=PERIOD | {"content_within": column})
