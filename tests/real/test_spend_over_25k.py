"""Proves the spend contract on every list of payments that is here: what becomes of each, its lines and its sum by another route.

Sums are those of the lists' own cells, read by the csv module or by calamine. Nobody publishes a total to compare with.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from pipeline.periods import parse
from tests.contract.judged import failed_rules
from tests.real.read_whole import Taken, take

# file -> (slot, layout, lines, order of day and month)
LISTS = {
    "8. ICB (38-39).xlsx": ("payment_history/8-icb-38-39/2025-09", "workbook", 187_146, "year, month, day"),
    "BART 01 - April.xlsx": ("payments/bart/2020-04", "workbook", 238, "year, month, day"),
    "Babergh District Council.xlsx": ("payment_history/babergh-district-council/2025-11", "workbook", 19_769, "year, month, day"),
    "CHWE 01 - April.csv": ("payments/chwe/2020-04", "csv_windows", 141, "day, month, year"),
    "CHWE 02 - May.csv": ("payments/chwe/2020-05", "csv", 101, "day, month, year"),
    "CROY 01 - April.csv": ("payments/croy/2020-04", "csv", 185, "day, month, year"),
    "GUYS 01 - April.csv": ("payments/guys/2020-04", "csv", 13_457, "day, month, year"),
    "GUYS 05 - August.csv": ("payments/guys/2020-08", "csv", 10_187, "day, month, year"),
    "IMPC 01 - April.csv": ("payments/impc/2020-04", "csv", 172, "day, month, year"),
    "KGST 03 - June.csv": ("payments/kgst/2020-06", "csv", 52, "month by name"),
    "NEHV 01 - April.csv": ("payments/nehv/2020-04", "csv", 92, "day, month, year"),
    "NEHV 02 - May.csv": ("payments/nehv/2020-05", "csv", 105, "day, month, year"),
    "NEHV 03 - June.csv": ("payments/nehv/2020-06", "csv", 97, "day, month, year"),
    # The same body's list has American days from July on.
    "NEHV 04 - July.csv": ("payments/nehv/2020-07", "csv", 329, "month, day, year"),
    "NEHV 05 - August.csv": ("payments/nehv/2020-08", "csv", 299, "month, day, year"),
    "NEHV 06 - September.csv": ("payments/nehv/2020-09", "csv", 344, "month, day, year"),
    "WHIT 01 - April.csv": ("payments/whit/2020-04", "csv", 42, "day, month, year"),
}  # fmt: skip
# Nine of its days are in October, and its name does not say the year.
SEPTEMBER = "NEHV 06 - September.csv"
PENNY = Decimal("0.01")


@pytest.fixture(scope="module")
def taken(shared_data, tmp_path_factory) -> Taken:
    """All lists, but for September, whose month nothing but a person knows."""
    return take([shared_data / "spend_over_25k"], tmp_path_factory.mktemp("spend_over_25k"))


@pytest.fixture(scope="module")
def everything(taken, shared_data) -> Taken:
    """Every list, September among them."""
    found = taken.then([shared_data / "spend_over_25k" / SEPTEMBER], parse("2020-09"))
    assert (found.outcomes[-1].status, found.outcomes[-1].problems) == ("archived", ())
    return found


def published(path: Path) -> list[list[object]]:
    """All cells below the header, sheet after sheet."""
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(path)
        return [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()[1:]]
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_bytes().decode("cp1252")
    return list(csv.reader(text.splitlines()))[1:]


def test_every_list_is_read_but_one_whose_month_nothing_says(taken):
    outcomes = {Path(one.path).name: one for one in taken.outcomes}
    refused = {name: one.message for name, one in outcomes.items() if one.status != "archived"}
    assert refused == {
        SEPTEMBER: f"{SEPTEMBER}: neither its content nor its name says which period it is, expected a month. "
        "Give it: --period 2025-11"
    }
    assert set(outcomes) == set(LISTS)
    assert not any(one.problems for one in outcomes.values())
    # One of its 19,770 lines has the amount '1241,32' (row 9,647): the line is left out and counted.
    assert [name for name, one in outcomes.items() if ", 1 left out" in one.message] == [
        "Babergh District Council.xlsx"
    ]


def test_every_list_stands_in_its_slot_with_all_its_lines(everything):
    found = {
        one.original_name: (
            f"{one.table}/{one.part}/{one.period.slug}", one.layout, report.rows_in, report.orders["payment_date"],
        )
        for one, report in everything.reports()
    }  # fmt: skip
    assert found == LISTS


def test_lines_and_sums_are_those_of_the_published_cells(everything, shared_data):
    of_file = {
        name: (lines, total)
        for table in ("payments", "payment_history")
        for name, lines, total in everything.rows(f"select file, count(*), sum(amount) from {table} group by 1")
    }
    assert set(of_file) == set(LISTS)
    for name, lines_and_sum in of_file.items():
        cells = published(shared_data / "spend_over_25k" / name)
        at = 5 if name.startswith("WHIT") else 6 if name.startswith("CROY") else -1
        amounts = [str(row[at]).strip() for row in cells]
        bad = [amount for amount in amounts if amount == "1241,32"]
        total = sum(Decimal(amount.replace(",", "")).quantize(PENNY) for amount in amounts if amount not in bad)
        assert lines_and_sum == (len(cells) - len(bad), total), name


def test_an_american_day_is_the_last_of_its_month(everything):
    days = {
        name: everything.rows("select distinct payment_date from payments where file = ? order by 1", [name])
        for name in ("NEHV 03 - June.csv", "NEHV 04 - July.csv", SEPTEMBER)
    }
    assert days == {
        "NEHV 03 - June.csv": [(date(2020, 6, 30),)],
        "NEHV 04 - July.csv": [(date(2020, 7, 31),)],
        SEPTEMBER: [(date(2020, 9, 30),), (date(2020, 10, 31),)],
    }


def test_no_list_breaks_a_rule_of_its_suite(everything):
    broken = {one.original_name: failed_rules(one, everything.settings) for one in everything.releases}
    assert {name: rules for name, rules in broken.items() if rules} == {}
