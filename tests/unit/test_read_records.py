"""Proves that the records of a file, and their ordinals, are those that Python's csv module finds in its bytes.

`trace` finds a row again by its ordinal among the csv module's records, so the two must never part. Whatever the bytes
are, a file is read as that module reads it or refused: nothing between.
"""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import NAME, contract_of, csv_records, csv_text, read_bytes

from pipeline.errors import Refused
from pipeline.ingest import read as reader

COLUMNS = [{"name": "a", "required": False}, {"name": "b", "required": False}, {"name": "c", "required": False}]
# Kept as they stand: only what an ordinal and a cell's bytes need.
CONTRACT = contract_of([{**column, "collapse_spaces": False} for column in COLUMNS])
SINGLE = contract_of([{"name": "a", "required": False}])
HEADER = ["A", "B", "C"]


def cells_of(outcome) -> list[list[str]]:
    return [[row["a"] or "", row["b"] or "", row["c"] or ""] for row in outcome.rows.values()]


def stripped(records: list[list[str]]) -> list[list[str]]:
    return [[cell.strip() for cell in record] for record in records]


def assert_as_csv(text: str, folder: Path, *, threads: int = 1, data: bytes | None = None) -> None:
    outcome = read_bytes(CONTRACT, data or text, folder, threads=threads)
    assert cells_of(outcome) == stripped(csv_records(text))
    assert outcome.order == [("", number) for number in range(1, len(outcome.rows) + 1)]


CELL = st.sampled_from(
    ["a", "bb", "1,2", 'x"y', '"', '""', "l\nm", "l\r\nm", " s ", "", "é", "\xa0", ";", "'", "\\", "#", "NULL", "𝒳"]
)
ROWS = st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6)


@settings(max_examples=40)
@given(
    ROWS, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.booleans(), st.booleans(), st.sampled_from([1, 2])
)
def test_a_well_formed_file_is_read_whole_whatever_its_line_ends_and_quoting(
    rows, line_end, quote, bom, last_end, threads
):
    text = csv_text(HEADER, rows, line_end=line_end, quote=quote or line_end == "\r")
    text = text if last_end else text.removesuffix(line_end)
    with tempfile.TemporaryDirectory() as folder:
        assert_as_csv(text, Path(folder), threads=threads, data=("\ufeff" * bom + text).encode())


PIECE = st.sampled_from([
    "a", ",", '"', "\n", "\r\n", "\r", " ", "é", '""', '","', "x,y,z\n", "1,,\n", '"q,r",2,\n', '"l\nm","x""y",3\r\n',
    "1,2,3,\n",
    "5\"x,2,3\n", "\n\n", '"q,r"', "\t", "1, \"2\",3\n", '"1" ,2,3\n',
])  # fmt: skip


@settings(max_examples=100)
@given(st.lists(PIECE, min_size=1, max_size=12), st.sampled_from(["A,B,C\n", "A,B,C\r\n", '"A","B","C"\n', "A,B,C\r"]))
def test_any_text_at_all_is_read_as_the_csv_module_reads_it_or_refused(pieces, header):
    text = header + "".join(pieces)
    with tempfile.TemporaryDirectory() as folder:
        outcome = read_or_refusal(text, Path(folder))
    if isinstance(outcome, Refused):
        assert str(outcome).startswith(NAME)
        assert outcome.remedy
    else:
        assert cells_of(outcome) == stripped(csv_records(text))
        assert all(len(record) == 3 for record in csv_records(text))


def read_or_refusal(text: str, folder: Path):
    try:
        return read_bytes(CONTRACT, text, folder)
    except Refused as refused:
        return refused


def refusal_of(text: str | bytes, folder: Path, contract=CONTRACT) -> str:
    with pytest.raises(Refused) as refused:
        read_bytes(contract, text, folder)
    return str(refused.value)


@pytest.mark.parametrize("row", [
    "x, y,z,", "1,2,3,", '1,2,3,""', "1,2,3,,", "1,2,3,4", "1,2", "1", "   ", '"1,2",3', '1,"2,3', '1,"2"x,3', '1,2,"3',
])  # fmt: skip
def test_a_row_of_another_width_is_refused_by_its_line_though_its_last_cells_are_blank(row, tmp_path):
    said = refusal_of(f"A,B,C\n7,8,9\n\n{row}\n4,5,6\n", tmp_path)
    assert said.startswith(f"{NAME}: line 4 ")
    assert "expected 3" in said
    assert "Look at that line" in said


def test_the_line_of_a_broken_row_counts_lines_inside_quoted_cells(tmp_path):
    assert "line 5 has 2 columns, expected 3" in refusal_of('A,B,C\n1,"x\ny\nz",3\n4,5\n', tmp_path)


def test_a_row_that_is_too_long_is_found_in_a_plain_file_of_many_rows(tmp_path):
    rows = [["1", "2", "3"]] * 5000
    text = csv_text(HEADER, rows) + "1,2,3,\n" + csv_text(HEADER, rows)
    assert "line 5002 has 4 columns, expected 3" in refusal_of(text, tmp_path)


@pytest.mark.parametrize("text", [
    "A,B,C\n\n1,2,3\n\n\n4,5,6\n\n", "\nA,B,C\n1,2,3\n", "\r\n\r\nA,B,C\r\n\r\n1,2,3\r\n", 'A,B,C\n1,"2",3\n\n4,5,6\n',
    "A,B,C\n1,2,3\r\n4,5,6\n", "A,B,C\r1,2,3\r\r4,5,6", 'A,B,C\n1,"l\n\nm",3\n\n4,5,6', "A,B,C\n,,\n1,2,3\n",
])  # fmt: skip
def test_empty_lines_are_no_records_and_leave_the_ordinals_of_the_others(text, tmp_path):
    assert_as_csv(text, tmp_path)


def test_a_quote_after_a_blank_is_no_quoting_and_what_it_would_have_held_together_is_refused(tmp_path):
    assert_as_csv('A,B,C\n1, "2",3\n', tmp_path / "one")
    assert "line 2 has 4 columns" in refusal_of('A,B,C\n1, "2,5",3\n', tmp_path / "other")


def test_a_quote_that_is_never_closed_is_refused_by_the_line_it_opens_on(tmp_path):
    said = refusal_of('A,B,C\n1,2,3\n4,"5,6\n' + "7,8,9\n" * 100, tmp_path)
    assert f"{NAME}: line 3 is not well-formed CSV" in said


def test_a_cell_longer_than_any_cell_is_refused(tmp_path):
    assert "line 2 is not well-formed CSV" in refusal_of('A,B,C\n1,"' + "x" * 200_000 + '",3\n', tmp_path)


def test_a_line_longer_than_duckdb_reads_is_refused_not_cut(tmp_path):
    assert refusal_of("A,B,C\n1," + "x" * 2_100_000 + ",3\n", tmp_path).startswith(f"{NAME}: line 2 ")


def test_a_single_column_keeps_its_ordinals_over_empty_lines_and_blank_cells(tmp_path):
    outcome = read_bytes(SINGLE, 'A\n1\n\n""\n\n2\n', tmp_path)
    assert [(key[1], row["a"]) for key, row in outcome.rows.items()] == [(1, "1"), (2, None), (3, "2")]


@pytest.mark.parametrize(
    "title", ["Title\n", "Title\n\n", '"A title, in quotes"\n', '"A title\nof two lines"\n\n', "T,,\n"]
)
def test_what_stands_above_a_header_further_down_is_skipped_and_nothing_else(title, tmp_path):
    contract = contract_of(COLUMNS, layout={"header_row": 2})
    outcome = read_bytes(contract, f"{title}A,B,C\n\n1,2,3\n4,5,6\n", tmp_path)
    assert cells_of(outcome) == [["1", "2", "3"], ["4", "5", "6"]]


def test_a_header_of_two_lines_in_quotes_is_one_record(tmp_path):
    contract = contract_of(COLUMNS, layout={"columns": {"A\nof all": "a", "B": "b", "C": "c"}})
    outcome = read_bytes(contract, '"A\nof all",B,C\n1,2,3\n', tmp_path)
    assert cells_of(outcome) == [["1", "2", "3"]]
    assert not outcome.bronze.report.members[0].one_line_each


@pytest.mark.parametrize(("text", "exact"), [
    ("A,B,C\n1,2,3\n4,5,6\n", True), ("A,B,C\r\n1,2,3\r\n4,5,6", True), ("A,B,C\r1,2,3\r4,5,6\r", True),
    ('"A","B","C"\n"1","2","3"\n4,5,6\n', True), ("A,B,C\n1,2,3\n\n4,5,6\n", False),
    ('A,B,C\n1,"2\n2",3\n4,5,6\n', False),
    ("A,B,C\n1,2,3\n4,5,6\n\n", False),
])  # fmt: skip
def test_a_row_has_a_line_of_its_own_only_where_every_record_is_one_line(text, exact, tmp_path):
    assert read_bytes(CONTRACT, text, tmp_path).bronze.report.members[0].one_line_each is exact


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "ÿ"])
def test_another_delimiter_is_read_the_same(delimiter, tmp_path):
    contract = contract_of(COLUMNS, layout={"delimiter": delimiter})
    text = (
        csv_text(HEADER, [["1,5", "x", ""], ["", "é", "3"]])
        .replace('"1,5"', "1~5")
        .replace(",", delimiter)
        .replace("~", ",")
    )
    assert cells_of(read_bytes(contract, text, tmp_path)) == [["1,5", "x", ""], ["", "é", "3"]]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16", "utf-16-le", "mac-roman"])
@pytest.mark.parametrize("quote", [True, False])
def test_another_encoding_is_read_strictly_and_right(encoding, quote, tmp_path):
    contract = contract_of(COLUMNS, layout={"encoding": encoding})
    text = csv_text(HEADER, [["£5", "café", "naïve"], ["x", "", "é"]], quote=quote, line_end="\r\n")
    assert cells_of(read_bytes(contract, text.encode(encoding), tmp_path)) == [["£5", "café", "naïve"], ["x", "", "é"]]


def test_utf8_under_a_contract_of_windows_1252_is_refused_instead_of_read_as_other_letters(tmp_path):
    contract = contract_of(COLUMNS, layout={"encoding": "cp1252"})
    said = refusal_of("A,B,C\n£5,café,x\n", tmp_path, contract)
    assert said.startswith(f"{NAME}: is UTF-8 text, expected cp1252")
    assert "set `encoding: utf-8`" in said


def test_ascii_under_a_contract_of_windows_1252_is_read(tmp_path):
    contract = contract_of(COLUMNS, layout={"encoding": "cp1252"})
    assert cells_of(read_bytes(contract, "A,B,C\n1,2,3\n", tmp_path)) == [["1", "2", "3"]]


@pytest.mark.parametrize(("data", "line", "byte"), [
    (b"A,B,C\n1,2,3\n4,caf\xe9,6\n", 3, "0xe9"), (b"A,B,C\n1,\x92,3\n", 2, "0x92"), (b"A,B,C\n1,2,\xe2\x80", 2, "0xe2"),
    (b"A,B,C\n" + b"1,2,3\n" * 200_000 + b"1,\xff,3\n", 200_002, "0xff"),
])  # fmt: skip
def test_a_byte_that_is_not_utf8_is_refused_by_its_line(data, line, byte, tmp_path):
    said = refusal_of(data, tmp_path)
    assert said.startswith(f"{NAME}: line {line}: byte {byte} is not utf-8")
    assert "set `encoding:` in the layout" in said


def test_a_known_column_that_is_not_kept_is_left_out_and_a_constant_fills_one_that_the_form_lacks(tmp_path):
    contract = contract_of(COLUMNS, layout={"columns": {"A": "a", "ID": None, "C": "c"}, "constants": {"b": " all "}})
    assert cells_of(read_bytes(contract, "ID,C,A\n9,3,1\n", tmp_path)) == [["1", "all", "3"]]


@pytest.mark.parametrize(
    "name", ["things [1].csv", "things_*.csv", "things_?.csv", "things_{1,2}'s.csv", "things_x.csv.gz", "things_é.csv"]
)
def test_the_name_of_a_file_is_only_a_name(name, tmp_path):
    other = tmp_path / "things_other.csv"
    tmp_path.mkdir(exist_ok=True)
    other.write_text("A,B,C\nother,file,rows\n")
    outcome = read_bytes(CONTRACT, "A,B,C\n1,2,3\n", tmp_path, name=name)
    assert cells_of(outcome) == [["1", "2", "3"]]


@pytest.mark.parametrize("folder", ["with [brackets]", "with 'quotes'", "with * and ?", "with é"])
def test_the_folders_of_file_and_cache_may_have_any_name(folder, tmp_path):
    assert cells_of(read_bytes(CONTRACT, 'A,B,C\n1,"2",3\n', tmp_path / folder)) == [["1", "2", "3"]]


def test_rows_come_in_file_order_at_any_number_of_threads(tmp_path):
    rows = [[str(n), f"{n * 7919 % 10007}", "x" * (n % 50)] for n in range(30_000)]
    text = csv_text(HEADER, rows)
    read_with = [read_bytes(CONTRACT, text, tmp_path / str(n), threads=n) for n in (1, 2, 4)]
    assert cells_of(read_with[0]) == stripped(csv_records(text))
    assert [one.order for one in read_with] == [read_with[0].order] * 3
    assert len({one.bronze.rows.read_bytes() for one in read_with}) == 1


def test_rows_come_in_file_order_though_a_rule_has_many_allowed_values(tmp_path):
    allowed = [f"kind {n}" for n in range(12)]
    contract = contract_of([{"name": "a"}, {"name": "b", "allowed": allowed}])
    text = "A,B\n" + "".join(f"{n},{allowed[n * 7 % 12]}\n" for n in range(300_000))
    for threads in (2, 4):
        outcome = read_bytes(contract, text, tmp_path / str(threads), threads=threads)
        assert outcome.order == [("", number) for number in range(1, 300_001)]
        assert all(row["a"] == str(number - 1) for (_, number), row in outcome.rows.items())


def test_a_batch_of_records_ends_where_the_next_begins(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "BATCH", 7)
    text = csv_text(HEADER, [[str(n), 'q"', ""] for n in range(50)])
    assert_as_csv(text, tmp_path)


def test_a_chunk_of_text_may_end_inside_a_letter_a_line_end_or_a_quote(tmp_path, monkeypatch):
    text = csv_text(HEADER, [["é𝒳", 'x"y', "l\r\nm"], ["1,2", "", "£"]], line_end="\r\n")
    plain = csv_text(HEADER, [["é𝒳", "x", "£"], ["1", "", "2"]], line_end="\r\n")
    for size in range(1, 9):
        monkeypatch.setattr("pipeline.ingest.containers.CHUNK", size)
        assert_as_csv(text, tmp_path / f"q{size}")
        assert_as_csv(plain, tmp_path / f"p{size}")
        assert read_bytes(CONTRACT, plain, tmp_path / f"p{size}").bronze.report.members[0].one_line_each


def test_what_is_refused_leaves_nothing_behind(tmp_path):
    refusal_of("A,B,C\n1,2\n", tmp_path)
    assert [path for path in (tmp_path / "work").rglob("*") if path.is_file()] == []
    assert not list((tmp_path / "work").rglob(".building-*"))


def test_the_csv_module_is_left_as_it_was():
    assert csv.field_size_limit() == 131072
