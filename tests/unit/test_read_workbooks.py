"""Proves that a workbook's cells are read as they stand, and that an error in a cell is never read as a blank."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import pytest
from small_tables import contract_of, read_bytes, workbook

from pipeline.errors import Refused

NAME = "things_2025-01.xlsx"
CONTRACT = contract_of(
    [{"name": "a"}, {"name": "b", "required": False}], layout={"format": "xlsx", "sheet": "Data*"}, keys=["a"]
)


def read_rows(rows: list[list[object]], folder: Path, sheet: str = "Data 2025", *, more: dict[str, list] | None = None):
    """Reads `rows` of a sheet that other sheets stand beside."""
    data = workbook(folder / "made.xlsx", {sheet: rows, **(more or {})})
    return read_bytes(CONTRACT, data, folder / "read", name=NAME)


@pytest.mark.parametrize(("cell", "text"), [
    (1, "1"), (1.0, "1"), (1.5, "1.5"), (-0.25, "-0.25"), (1e15, "1000000000000000"), ("007", "007"),
    ("  x  y ", "x y"),
    (datetime.date(2022, 7, 1), "2022-07-01"), (True, "True"), (("=1+1", 2), "2"), (('="x"', "x"), "x"), (None, None),
    ("", None),
    ("*", "*"),
])  # fmt: skip
def test_a_cell_is_read_as_it_stands(cell, text, tmp_path):
    outcome = read_rows([["A", "B"], ["k", cell]], tmp_path)
    assert [row["b"] for row in outcome.rows.values()] == [text]


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!"])
def test_an_error_in_a_cell_is_refused_by_its_place_and_not_read_as_missing(error, tmp_path):
    with pytest.raises(Refused) as refused:
        read_rows([["A", "B"], ["k", 1], ["l", ("=NA()", error)]], tmp_path)
    assert str(refused.value).startswith(f"{NAME} > Data 2025: cell B3 holds an error")
    assert "expected a value or a blank" in str(refused.value)


def test_an_error_in_a_sheet_that_is_not_read_does_not_matter(tmp_path):
    outcome = read_rows([["A", "B"], ["k", 1]], tmp_path, more={"Notes": [[("=NA()", "#N/A")]]})
    assert outcome.bronze.report.rows_clean == 1


def test_ordinals_are_the_rows_of_the_sheet_below_the_header(tmp_path):
    outcome = read_rows([["A", "B"], ["k", 1], [None, None], ["l", 2], [None, None], ["", ""]], tmp_path)
    assert outcome.order == [("Data 2025", 1), ("Data 2025", 3)]
    assert outcome.quarantine == {("Data 2025", 2): ["things.all_things.a.required"]}


def test_the_sheet_is_found_by_its_pattern_wherever_it_stands(tmp_path):
    outcome = read_rows([["B", "A"], [1, "k"]], tmp_path, more={"About": [["A", "B"]], "Old data": [["A"], ["z"]]})
    assert [row["a"] for row in outcome.rows.values()] == ["k"]


def test_two_sheets_that_fit_are_refused_rather_than_one_of_them_chosen(tmp_path):
    with pytest.raises(Refused, match=r"fits more than one layout, expected one: .*Data 2025.*Data old"):
        read_rows([["A", "B"], ["k", 1]], tmp_path, more={"Data old": [["A", "B"], ["k", 2]]})


def test_a_sheet_under_another_name_is_refused_with_the_names_there_are(tmp_path):
    with pytest.raises(Refused) as refused:
        read_rows([["A", "B"], ["k", 1]], tmp_path, sheet="Figures")
    assert "has no sheet like 'Data*', expected by layout plain_csv" in str(refused.value)
    assert "its sheets: Figures" in str(refused.value)
    assert "change `sheet:`" in str(refused.value)


def test_a_sheet_without_rows_is_refused(tmp_path):
    with pytest.raises(Refused, match="holds a header and no rows"):
        read_rows([["A", "B"]], tmp_path)


def repacked(data: bytes, folder: Path, change) -> bytes:
    """The same workbook with its parts passed through `change(name, bytes)`."""
    source, target = folder / "source.xlsx", folder / "target.xlsx"
    source.write_bytes(data)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(info.filename, old.read(info)))
    return target.read_bytes()


def test_a_workbook_whose_parts_link_by_absolute_paths_is_checked_too(tmp_path):
    data = workbook(tmp_path / "made.xlsx", {"Data 2025": [["A", "B"], ["k", ("=NA()", "#N/A")]]})
    linked = repacked(
        data, tmp_path, lambda name, part: part.replace(b'Target="worksheets/', b'Target="/xl/worksheets/')
    )
    assert linked != data
    with pytest.raises(Refused, match="cell B2 holds an error"):
        read_bytes(CONTRACT, linked, tmp_path / "read", name=NAME)


def test_a_workbook_with_a_damaged_part_that_is_not_read_is_refused_too(tmp_path):
    data = workbook(tmp_path / "made.xlsx", {"Data 2025": [["A", "B"], ["k", 1]]})
    with zipfile.ZipFile(tmp_path / "made.xlsx") as book:
        info = book.getinfo("docProps/app.xml")
    damaged = bytearray(data)
    damaged[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0x10
    with pytest.raises(Refused, match=rf"{NAME}: not a whole workbook"):
        read_bytes(CONTRACT, bytes(damaged), tmp_path / "read", name=NAME)


def test_a_workbook_with_a_damaged_part_is_refused(tmp_path):
    data = workbook(tmp_path / "made.xlsx", {"Data 2025": [["A", "B"], *[[f"k{n}", n] for n in range(2000)]]})
    with zipfile.ZipFile(tmp_path / "made.xlsx") as book:
        info = book.getinfo("xl/worksheets/sheet1.xml")
    damaged = bytearray(data)
    middle = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    damaged[middle] ^= 0x10
    with pytest.raises(Refused, match=rf"{NAME}: not a whole workbook"):
        read_bytes(CONTRACT, bytes(damaged), tmp_path / "read", name=NAME)
