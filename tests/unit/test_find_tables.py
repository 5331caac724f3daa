"""Proves that a table is found by what its header says, wherever it stands, and that nothing that looks like it is taken."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.catalogue.contract import Capture, Find, Layout
from pipeline.ingest.find import Located, NotFound, letter, locate, position
from pipeline.ingest.header import fit_header
from pipeline.settings import PROJECT_ROOT

PLAIN = Layout(
    id="plain", format="xlsx", sheet="*", find=Find(), columns={"Code": "code", "Name": "name", "Total": "n"}
)
DTOC = Layout(
    id="reasons", format="xls", sheet="*", columns={"Code": "code", "Name": "name"},
    unpivot={"columns": r"(?P<care>[\w-]+) > (?P<payer>NHS|Both)", "value": "days"},
    find=Find(
        header=("Acute|Non-Acute", "Code"), until="Notes?",
        captures={"month": {"from": "above", "label": "Period:"}, "side": {"from": "sheet", "like": r"by (?P<value>\w+)"}},
    ),
)  # fmt: skip
SHEET = [
    ["", "Title:", "Delayed transfers"],
    ["", "Period:", "", "April 2015"],
    [],
    ["", "", "", "Acute", "", "Non-Acute", ""],
    ["", "Code", "Name", "NHS", "Both", "NHS", "Both"],
    ["", "-", "England", "30", "3", "40", "4"],
    ["", "", "", "", "", "", ""],
    ["", "102", "Cumbria", "10", "1", "20", "2"],
    ["", "Notes", "", "", "", "", ""],
    ["", "1", "The figures are provisional", "9", "9", "9", "9"],
]


def located(rows, layout=DTOC, sheet="LA by payer"):
    found = locate(rows, layout, sheet=sheet)
    assert isinstance(found, Located), found
    return found


def test_rows_of_a_header_are_joined_and_blank_rows_and_notes_are_left_out():
    found = located(SHEET)
    assert found.header_rows == (4, 5)
    assert found.header[3:7] == ("Acute > NHS", "Acute > Both", "Non-Acute > NHS", "Non-Acute > Both")
    assert found.columns == (None, "code", "name", None, None, None, None, "month", "side")
    assert found.spread == (3, 4, 5, 6)
    assert [row for row, _ in found.rows] == [6, 8]
    assert found.rows[1][1] == ["", "102", "Cumbria", "10", "1", "20", "2", "April 2015", "payer"]
    assert found.area == "A4:G8"
    assert found.places == ((1, 6), (2, 8))


def test_a_header_that_lost_a_row_is_not_completed_from_the_table_below():
    """Seen in `Staff_by_nationality_and_Health_Education_England_region`: full-time equivalents were read as headcount."""
    without = [*SHEET[:4], *SHEET[5:]]
    found = locate([*without, [], *SHEET], DTOC, sheet="LA by payer")
    assert isinstance(found, NotFound)
    assert "holds no cell like 'Code' below row 4" in found.what


def test_the_parts_of_a_joined_header_cell_fill_the_columns_that_groups_name():
    assert DTOC.unpivot.filled == ("care", "payer")
    assert DTOC.unpivot.parts("Non-Acute > Both") == ("Non-Acute", "Both")


def test_a_cell_beyond_the_header_is_refused_by_its_place():
    found = locate([*SHEET[:7], ["", "102", "Cumbria", "10", "1", "20", "2", "7"]], DTOC, sheet="by payer")
    assert isinstance(found, NotFound)
    assert found.what == ""
    assert found.fit.unknown == ("Non-Acute",)
    bare = locate([["Code", "Name", "Total"], ["1", "a", "2", "", "stray"]], PLAIN)
    assert isinstance(bare, NotFound)
    assert bare.fit.unknown == ("",)


@pytest.mark.parametrize(("change", "said"), [
    (lambda rows: rows[:3] + rows[4:], "holds no cell like 'Acute|Non-Acute', by which its header is found"),
    (lambda rows: rows[:4] + rows[5:], "holds no cell like 'Code' below row 4, by which its header is found"),
    (lambda rows: rows[:1] + rows[2:], "holds nothing for month: expected beside a cell like 'Period:'"),
])  # fmt: skip
def test_what_is_not_there_is_said(change, said):
    found = locate(change(SHEET), DTOC, sheet="by payer")
    assert isinstance(found, NotFound)
    assert found.what == said


def test_a_capture_from_the_name_of_the_sheet_that_is_not_there_is_said():
    found = locate(SHEET, DTOC, sheet="Data")
    assert isinstance(found, NotFound)
    assert found.what == r"holds nothing for side: expected in the sheet's name, like 'by (?P<value>\\w+)'"


BLOCKS = [
    ["", "Notes: counts are provisional", "", "", "2022-04-01", "", "2022-04-02", ""],
    ["", "", "", "", "Seen", "Left", "Seen", "Left"],
    ["", "", "", "ENGLAND", "9", "8", "7", "6"],
    [],
    ["", "Region", "ICB Code", "ICB Name", "", "", "", ""],
    ["", "EAST", "QUE", "Fens", "1", "2", "3", "4"],
    [],
    ["", "Region", "Org Code", "Org Name", "", "", "", ""],
    ["", "EAST", "RGT", "Hospital", "1", "2", "3", "4"],
]
DAYS = {"columns": "(?P<day>[0-9-]{10}) > (?P<metric>Seen|Left)", "value": "n"}
HEADINGS = ("[0-9]{4}-[0-9]{2}-[0-9]{2}", "Seen")


def test_several_tables_of_a_sheet_share_the_headings_above_and_have_labels_of_their_own():
    icb = Layout(
        id="icb", format="xlsx", sheet="*", columns={"Region": "region", "ICB Code": "code", "ICB Name": "name"},
        unpivot=DAYS, find=Find(header=(*HEADINGS, "ICB Code"), own_labels=True, until="Org Code"),
    )  # fmt: skip
    found = located(BLOCKS, icb)
    assert found.header_rows == (1, 2, 5)
    assert found.columns[1:4] == ("region", "code", "name")
    assert found.header[4:] == ("2022-04-01 > Seen", "2022-04-01 > Left", "2022-04-02 > Seen", "2022-04-02 > Left")
    assert [cells[1:4] for _, cells in found.rows] == [["EAST", "QUE", "Fens"]]


def test_a_column_without_a_header_is_known_by_its_letter():
    national = Layout(
        id="national", format="xlsx", sheet="*", unpivot=DAYS,
        find=Find(header=HEADINGS, until="Region", letters={"B": None, "D": "name"}),
    )  # fmt: skip
    found = located(BLOCKS, national)
    assert found.columns[3] == "name"
    assert [cells[3:] for _, cells in found.rows] == [["ENGLAND", "9", "8", "7", "6"]]


def test_blank_cells_take_the_cell_above_where_the_layout_says_so():
    layout = Layout(
        id="down", format="xlsx", sheet="*", columns={"Care": "care", "Reason": "reason", "N": "n"},
        find=Find(fill_down=("care",)),
    )  # fmt: skip
    found = located([["Care", "Reason", "N"], ["Acute", "A", "1"], ["", "B", ""], ["Other", "A", "2"]], layout)
    assert [cells for _, cells in found.rows] == [["Acute", "A", "1"], ["Acute", "B", ""], ["Other", "A", "2"]]


CELLS = st.text("abc123 ", max_size=4).map(str.strip)


@given(
    above=st.lists(st.lists(CELLS, max_size=5), max_size=8), left=st.integers(0, 4),
    body=st.lists(st.tuples(st.text("abc", min_size=1, max_size=3), CELLS, CELLS), max_size=12),
)  # fmt: skip
def test_a_table_is_found_whole_wherever_it_stands(above, left, body):
    indent = [""] * left
    rows = [*above, [*indent, "Code", "Name", "Total"], *([*indent, *row] for row in body)]
    found = located(rows, PLAIN)
    assert found.header_rows == (len(above) + 1,)
    assert [cells[left : left + 3] for _, cells in found.rows] == [list(row) for row in body]
    assert [row for row, _ in found.rows] == list(range(len(above) + 2, len(above) + 2 + len(body)))


@given(st.integers(1, 20_000))
def test_letters_of_columns_are_those_of_a_spreadsheet(number):
    assert position(letter(number)) == number - 1
    assert [letter(one) for one in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_capture_says_where_from_and_what():
    with pytest.raises(ValueError, match="lacks the group value"):
        Capture.model_validate({"from": "sheet", "like": "x"})
    with pytest.raises(ValueError, match="only above"):
        Capture.model_validate({"from": "sheet", "label": "x"})


SYNONYMS = Layout(
    id="spend", alternatives=True, optional=("area",),
    columns={"Amount": "amount", "Transaction Amount": "amount", "Supplier": "supplier", "Supplier Name": "supplier",
             "Expense Area": "area", "Month": None},
)  # fmt: skip


@pytest.mark.parametrize("header", [
    ["Amount", "Supplier"], ["  AMOUNT ", "supplier name", "Month"], ["transactionamount", "Supplier", "Expense  Area"],
])  # fmt: skip
def test_one_of_several_names_stands_for_a_column(header):
    assert fit_header(header, SYNONYMS).fits


@pytest.mark.parametrize(("header", "unknown", "missing", "doubled"), [
    (["Amount", "Suppliers"], ("Suppliers",), ("Supplier or Supplier Name",), ()),
    (["Amount", "Transaction Amount", "Supplier"], (), (), ("Amount", "Transaction Amount")),
    (["Supplier"], (), ("Amount or Transaction Amount",), ()),
])  # fmt: skip
def test_none_or_two_of_them_do_not_fit(header, unknown, missing, doubled):
    fit = fit_header(header, SYNONYMS)
    assert (fit.unknown, fit.missing, fit.doubled, fit.fits) == (unknown, missing, doubled, False)


def test_columns_of_one_name_are_told_apart_by_their_order():
    layout = Layout(id="ae", repeats=True, columns={"Type 1": "attended", "Type 1 [2]": "within", "Total": None})
    assert fit_header(["Type 1", "Total", "Type 1"], layout).columns == ("attended", None, "within")
    assert fit_header(["Type 1", "Total"], layout).missing == ("Type 1 [2]",)
    assert fit_header(["Type 1", "Type 1", "Type 1", "Total"], layout).unknown == ("Type 1",)


def test_the_example_of_the_guide_is_found_as_it_says():
    guide = (PROJECT_ROOT / "docs" / "how-to" / "add-a-dataset.md").read_text("utf-8")
    sheet = re.search(r"<!-- test: sheet (.+) -->\n```text\n(.*?)```", guide, re.DOTALL)
    written = re.search(r"<!-- test: layout found_weekly -->\n```yaml\n(.*?)```", guide, re.DOTALL)[1]
    rows = [[cell.strip() for cell in line.split("|")] for line in sheet[2].splitlines()]
    found = located(rows, Layout.model_validate(yaml.safe_load(written)), sheet[1])
    assert [found.header[at] for at in found.spread] == [
        "2025-11-03 > Hubs", "2025-11-03 > Visits", "2025-11-10 > Hubs", "2025-11-10 > Visits",
    ]  # fmt: skip
    assert [(row, cells[0], cells[3], *cells[-2:]) for row, cells in found.rows] == [
        (6, "QZ1", "540", "November 2025", "area"), (8, "QZ2", "[c]", "November 2025", "area"),
    ]  # fmt: skip
