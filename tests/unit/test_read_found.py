"""Proves what is read of forms beyond plain CSV: tables found on a sheet or below titles, Parquet, days of one order,
spreadsheets' floating numbers, years that a cell writes in its own way."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_tables import contract_of, csv_text, read_bytes, workbook

from pipeline import periods
from pipeline.errors import Refused
from pipeline.ingest import containers

COLUMNS = [{"name": "code"}, {"name": "metric"}, {"name": "n", "type": "integer"}, {"name": "month"}]
FOUND = {
    "columns": {"Code": "code"}, "unpivot": {"columns": "Seen|Left", "name": "metric", "value": "n"},
    "find": {"captures": {"month": {"from": "above", "label": "Period:"}}, "until": "Total"},
}  # fmt: skip
TITLED = [
    ["Title"],
    ["Period:", "May 2020"],
    [],
    ["Code", "Seen", "Left"],
    ["A", "1", "2"],
    [],
    ["B", "3", "4"],
    ["Total", "4", "6"],
]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_found_table_is_read_with_the_place_of_each_row(form, tmp_path):
    layout = {**FOUND, "format": form} | ({"sheet": "Data"} if form == "xlsx" else {})
    contract = contract_of(COLUMNS, layout=layout, keys=["code", "metric"])
    data = (
        workbook(tmp_path / "made.xlsx", {"Data": TITLED})
        if form == "xlsx"
        else "\n".join(",".join(row) for row in TITLED)
    )
    outcome = read_bytes(contract, data, tmp_path / "read", name=f"things_2025-01.{form}")
    (member,) = outcome.bronze.report.members
    bronze = outcome.bronze.select(["code", "metric", "n", "month"])
    assert duckdb.sql(bronze).fetchall() == [
        (member.name, ordinal, code, metric, n, "May 2020")
        for ordinal, code, metric, n in [
            (1, "A", "Seen", 1),
            (1, "A", "Left", 2),
            (2, "B", "Seen", 3),
            (2, "B", "Left", 4),
        ]
    ]
    assert (member.header_row, member.rows, member.area) == (4, 2, "A4:C7")
    assert [member.line(ordinal) for ordinal in (1, 2)] == [5, 7]


def test_a_found_table_of_a_csv_that_is_broken_further_down_is_refused(tmp_path):
    contract = contract_of(COLUMNS, layout={**FOUND, "format": "csv"}, keys=["code", "metric"])
    text = "\n".join(",".join(row) for row in TITLED[:6]) + '\n"B"x,3,4\n'
    with pytest.raises(Refused, match="not well-formed CSV"):
        read_bytes(contract, text, tmp_path, name="things_2025-01.csv")


def test_parquet_is_read_by_the_names_of_its_columns(tmp_path):
    columns = [{"name": "a"}, {"name": "n", "type": "integer", "status": True, "required": False}]
    contract = contract_of(columns, layout={"format": "parquet", "columns": {"A": "a", "N": "n", "X": None}})
    out = io.BytesIO()
    pq.write_table(pa.table({"N": pa.array([3, None]), "X": [1.5, 2.5], "A": ["p", "q"]}), out)
    outcome = read_bytes(contract, out.getvalue(), tmp_path, name="things_2025-01.parquet")
    assert list(outcome.rows.values()) == [
        {"a": "p", "n": 3, "n_status": "exact"}, {"a": "q", "n": None, "n_status": "missing"},
    ]  # fmt: skip
    with pytest.raises(Refused, match="not a whole Parquet file"):
        read_bytes(contract, out.getvalue()[:-40], tmp_path / "short", name="things_2025-01.parquet")


DAYS = [
    {"name": "k"},
    {"name": "paid", "type": "date", "one_order": True, "formats": ["%d/%m/%Y", "%-m/%-d/%Y", "%m/%d/%Y", "%d-%b-%y"]},
]


def paid(cells, folder):
    rows = [(str(number), cell) for number, cell in enumerate(cells)]
    return read_bytes(contract_of(DAYS), csv_text(["K", "PAID"], rows), folder)


@pytest.mark.parametrize(("cells", "days", "order"), [
    (["03/04/2020", "25/04/2020"], [(4, 3), (4, 25)], "day, month, year"),
    (["4/3/2020", "4/25/2020"], [(4, 3), (4, 25)], "month, day, year"),
    (["03-Apr-20", "25-Apr-20"], [(4, 3), (4, 25)], "month by name"),
    (["04/04/2020"], [(4, 4)], "day, month, year"),
])  # fmt: skip
def test_the_order_of_day_and_month_is_told_by_all_days_of_a_file(cells, days, order, tmp_path):
    outcome = paid(cells, tmp_path)
    assert [row["paid"] for row in outcome.rows.values()] == [date(2020, *day) for day in days]
    assert outcome.bronze.report.orders == {"paid": order}


def test_days_that_read_in_two_orders_are_refused(tmp_path):
    with pytest.raises(Refused, match="its 2 days read in more than one order of day and month"):
        paid(["03/04/2020", "05/04/2020"], tmp_path)


def test_days_in_two_orders_are_refused_with_one_of_them(tmp_path):
    with pytest.raises(Refused, match=r"no one order .* reads all of its 3 days .*'4/25/2020' is not day, month, year"):
        paid(["03/04/2020", "25/04/2020", "4/25/2020"], tmp_path)


@pytest.mark.parametrize(("cell", "value"), [
    ("1784.9032258064517", "1784.903"), ("1.54E-09", "0.000"), ("0.0005", "0.001"), ("-2.5e2", "-250.000"), ("7", "7.000"),
])  # fmt: skip
def test_floating_numbers_of_a_spreadsheet_are_rounded_where_the_contract_says_so(cell, value, tmp_path):
    columns = [{"name": "k"}, {"name": "x", "type": "decimal", "scale": 3, "rounds": True}]
    outcome = read_bytes(contract_of(columns), csv_text(["K", "X"], [("1", cell)]), tmp_path)
    assert [str(row["x"]) for row in outcome.rows.values()] == [str(Decimal(value))]


@pytest.mark.parametrize(("reads", "cell", "start", "end"), [
    ("financial_year", "2011-12", "2011-04-01", "2012-03-31"), ("financial_year", "2011/12", "2011-04-01", "2012-03-31"),
    ("financial_year", "2011/2012", "2011-04-01", "2012-03-31"), ("financial_year", "201112", "2011-04-01", "2012-03-31"),
    ("financial_year", "1112", "2011-04-01", "2012-03-31"), ("financial_year", "1999-00", "1999-04-01", "2000-03-31"),
    ("financial_year_ending", "2017", "2016-04-01", "2017-03-31"), ("academic_year", "202324", "2023-08-01", "2024-07-31"),
    ("calendar_year", "2011", "2011-01-01", "2011-12-31"),
])  # fmt: skip
def test_a_year_is_read_as_its_column_says(reads, cell, start, end):
    found = periods.parse_as(cell, reads)
    assert (found.start.isoformat(), found.end.isoformat()) == (start, end)
    assert found.type == reads.removesuffix("_ending")


@pytest.mark.parametrize(("reads", "cell"), [
    ("financial_year", "2011-13"), ("financial_year", "2011"), ("financial_year", "2011-4"), ("calendar_year", "2011-12"),
    ("academic_year", "2023"), ("financial_year", ""), ("quarter", "2011"),
])  # fmt: skip
def test_what_is_not_such_a_year_is_refused(reads, cell):
    with pytest.raises(ValueError, match=r"is (not|one)"):
        periods.parse_as(cell, reads)


@given(st.integers(1950, 2098), st.sampled_from(["-", "/", "", " - "]), st.booleans())
def test_every_way_to_write_a_financial_year_is_the_same_year(year, between, whole):
    second = f"{year + 1}" if whole else f"{(year + 1) % 100:02}"
    found = periods.parse_as(f"{year}{between}{second}", "financial_year")
    assert (found.start, found.end) == (date(year, 4, 1), date(year + 1, 3, 31))


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)),
       st.sampled_from(["month", "quarter", "calendar_year", "financial_year", "academic_year", "snapshot"]))  # fmt: skip
def test_a_day_lies_in_the_period_that_contains_it(day, kind):
    found = periods.containing(day, kind)
    assert found.type == kind
    assert found.start <= day <= found.end
    assert periods.containing(found.start, kind) == found == periods.containing(found.end, kind)


def test_what_kind_a_file_is_is_told_by_its_bytes(tmp_path):
    for head, kind in (
        (b"PAR1", "parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
        (b"a,b", "text"),
        (b"", "empty"),
    ):
        path = tmp_path / kind
        path.write_bytes(head)
        assert containers.kind_of(path) == kind


def test_an_old_workbook_that_is_cut_short_is_refused(tmp_path):
    path = tmp_path / "cut.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(Refused, match="not a whole workbook"):
        containers.check_workbook(path, "Data", "cut.xls")
