"""Proves that header cells of one name are told apart where the table is found and they become rows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from small_tables import contract_of, csv_text, read_bytes, workbook

from pipeline.errors import Refused

COLUMNS = [{"name": "site"}, {"name": "item"}, {"name": "nth", "required": False}, {"name": "cost", "type": "integer"}]
LAYOUT = {
    "columns": {"Site": "site"}, "find": {}, "repeats": True,
    "unpivot": {"columns": r"(?P<item>.+ cost)( \[(?P<nth>[0-9]+)\])?", "value": "cost"},
}  # fmt: skip


def test_items_of_one_name_become_rows_that_are_told_apart(tmp_path):
    contract = contract_of(COLUMNS, layout=LAYOUT, keys=["site", "item", "nth"])
    text = csv_text(["Site", "Water cost", "PFI cost", "Waste cost", "PFI cost"], [["A", "1", "2", "3", "4"]])
    bronze = read_bytes(contract, text, tmp_path).bronze
    assert duckdb.sql(f"select item, nth, cost from ({bronze.select()})").fetchall() == [
        ("Water cost", None, 1), ("PFI cost", None, 2), ("Waste cost", None, 3), ("PFI cost", "2", 4),
    ]  # fmt: skip
    assert bronze.report.duplicate_keys == 0


SHEETS = contract_of(
    [{"name": "site"}, {"name": "kind", "required": False}, {"name": "item"}, {"name": "cost", "type": "integer"}],
    layout={
        "format": "xlsx", "sheet": "*", "find": {"every_sheet": True}, "alternatives": True, "optional": ["kind"],
        "columns": {"Site": "site", "Kind": "kind"}, "unpivot": {"columns": ".+ cost", "name": "item", "value": "cost"},
    },
    keys=["site", "item"],
)  # fmt: skip


def two_sheets(path: Path, header: list[str]) -> bytes:
    """A sheet with site A, water 1 and waste 2, and one with site B below `header`, whose figures count from 3."""
    first = [["Site", "Water cost", "Waste cost"], ["A", 1, 2]]
    return workbook(path, {"One": first, "Two": [header, ["B", 3, 4, 5][: len(header)]]})


def test_columns_that_become_rows_may_stand_in_another_order_on_each_sheet(tmp_path):
    data = two_sheets(tmp_path / "made.xlsx", ["Site", "Waste cost", "Water cost"])
    bronze = read_bytes(SHEETS, data, tmp_path / "read", name="things_2025-01.xlsx").bronze
    assert duckdb.sql(f"select member, item, cost from ({bronze.select()})").fetchall() == [
        ("One", "Water cost", 1), ("One", "Waste cost", 2), ("Two", "Water cost", 4), ("Two", "Waste cost", 3),
    ]  # fmt: skip


@pytest.mark.parametrize("header", [["Site", "Kind", "Water cost", "Waste cost"], ["Site", "Water cost", "Steam cost"]])
def test_sheets_of_one_table_have_the_same_columns(header, tmp_path):
    data = two_sheets(tmp_path / "made.xlsx", header)
    with pytest.raises(Refused, match="> Two: has other columns than One, expected the same in each"):
        read_bytes(SHEETS, data, tmp_path / "read", name="things_2025-01.xlsx")


@pytest.mark.parametrize(("rows", "said"), [
    ([["A", "1", "2"], ["B", "3"], ["C", "5", "6"]], "row 3 has 2 cells, expected 3 as in most rows"),
    ([["A"], ["B", "3", "4"], ["C", "5", "6"]], "row 2 has 1 cells, expected 3 as in most rows"),
])  # fmt: skip
def test_a_record_that_lost_cells_is_not_filled_up_with_blanks(rows, said, tmp_path):
    columns = [{"name": "site"}, {"name": "item"}, {"name": "cost", "type": "integer", "required": False}]
    layout = LAYOUT | {"unpivot": {"columns": ".+ cost", "name": "item", "value": "cost"}}
    contract = contract_of(columns, layout=layout, keys=["site", "item"])
    with pytest.raises(Refused, match=said):
        read_bytes(contract, csv_text(["Site", "Water cost", "Waste cost"], rows), tmp_path)


def test_a_header_without_a_record_is_refused(tmp_path):
    contract = contract_of(COLUMNS, layout=LAYOUT, keys=["site", "item", "nth"])
    with pytest.raises(Refused, match="holds a header and no rows"):
        read_bytes(contract, "Site,Water cost\n", tmp_path)


def test_records_that_are_all_shorter_than_the_header_are_read(tmp_path):
    contract = contract_of(COLUMNS, layout=LAYOUT, keys=["site", "item", "nth"])
    text = "Site,Water cost,\nA,1\nB,2\n"
    assert read_bytes(contract, text, tmp_path).bronze.report.rows_clean == 2
