"""What a file says of itself is inferred by all of its cells; what it leaves open is marked and never guessed."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import workbook

from pipeline.draft import compose, infer
from pipeline.errors import Refused
from pipeline.ingest import evidence, sketch


def saved(folder: Path, text: str, *, name: str = "warm_hubs_2025-11.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def table_of(path: Path) -> infer.DraftTable:
    (table,), _ = infer.tables_of(path, path.name)
    return table


def fields_of(folder: Path, header: str, cells: list[str]) -> dict:
    """The fields of one column beside a key."""
    text = f"code,{header}\n" + "".join(f'{number},"{cell}"\n' for number, cell in enumerate(cells, start=100))
    column = table_of(saved(folder, text)).columns[1]
    return column.fields | ({"decisions": column.decisions} if column.decisions else {})


# --- columns -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cells", "fields"), [
    (["1", "2", "30"], {"type": "integer", "minimum": 0}),
    (["-1", "2"], {"type": "integer"}),
    (["1,234", "12", "2,345,678"], {"type": "integer", "thousands": True, "minimum": 0}),
    (["1.5", "2.25", "3"], {"type": "decimal", "scale": 2}),
    (["16476.0", "3.0"], {"type": "decimal", "scale": 0}),
    (["1", "", "3"], {"type": "integer", "minimum": 0, "required": False}),
    (["1", "[c]", "3"], {"type": "integer", "minimum": 0, "status": True}),
    (["NOV2025", "DEC2025"], {"type": "month", "formats": ["%b%Y"]}),
    (["Apr-25", "May-25"], {"type": "month", "formats": ["%b-%y"]}),
    (["2025-03-01", "2025-03-31"], {"type": "date", "formats": ["%Y-%m-%d"]}),
    (["13/01/2025", "01/02/2025"], {"type": "date", "formats": ["%d/%m/%Y"]}),
    (["01/13/2025", "02/01/2025"], {"type": "date", "formats": ["%m/%d/%Y"]}),
    (["1/4/2025", "31/12/2025"], {"type": "date", "formats": ["%-d/%-m/%Y"]}),
    (["2024/25", "2025/26"], {"type": "period"}),
    (["E38000237", "E38000007"], {"pattern": "^E38[0-9]{6}$"}),
    (["0012", "0034"], {"pattern": "^[0-9]{4}$"}),
])  # fmt: skip
def test_a_column_is_what_all_of_its_cells_are(cells, fields, tmp_path):
    assert fields_of(tmp_path, "seen", cells) == fields


def test_one_cell_is_enough_to_make_another_column_of_it(tmp_path):
    assert fields_of(tmp_path, "seen", [*map(str, range(200))])["type"] == "integer"
    found = fields_of(tmp_path, "seen", [*map(str, range(200)), "about 5"])
    assert found == {"decisions": ("1 of 201 cells are no plain number, so it is text",)}


def test_the_order_of_day_and_month_is_never_guessed(tmp_path):
    found = fields_of(tmp_path, "seen", ["01/02/2025", "03/04/2025", "12/12/2025"])
    assert "type" not in found
    (decision,) = found["decisions"]
    assert "formats: ['%d/%m/%Y']" in decision
    assert "formats: ['%m/%d/%Y']" in decision


def test_a_year_and_month_that_may_be_a_financial_year_is_text(tmp_path):
    assert "type" not in fields_of(tmp_path, "year", ["2010-11", "2011-12", "2012-13"])


def test_numbers_that_are_codes_are_text_with_a_pattern(tmp_path):
    assert fields_of(tmp_path, "Org Code", ["102", "203", "304"]) == {"pattern": "^[0-9]{3}$"}


def test_few_values_in_many_rows_are_a_list_of_codes_and_names_are_not(tmp_path):
    cells = ["Telephone", "Home Visit"] * 20
    assert fields_of(tmp_path, "Mode", cells) == {"allowed": ["Home Visit", "Telephone"]}
    assert fields_of(tmp_path, "Region Name", cells) == {}
    assert fields_of(tmp_path, "Mode", ["Telephone", "Home Visit"] * 5) == {}


def test_one_value_in_every_row_is_single_unless_it_is_a_marker(tmp_path):
    assert fields_of(tmp_path, "Extract day", ["2025-11-30"] * 3)["single"] is True
    assert "single" not in fields_of(tmp_path, "Recipients", [":"] * 3)


@settings(max_examples=30)
@given(st.dates(min_value=date(1900, 1, 1)))
def test_what_reads_as_a_day_reads_in_the_format_that_wrote_it(day):
    found = {reading.order: reading.formats for reading in evidence.readings([day.strftime("%d/%m/%Y")])}
    assert found["day, month, year"][0] in ("%d/%m/%Y", "%-d/%m/%Y", "%d/%-m/%Y", "%-d/%-m/%Y")
    assert ("month, day, year" in found) == (day.day <= 12)


@given(
    st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000), min_size=1)
)
def test_a_number_keeps_every_decimal(cells):
    written = [f"{cell:f}" for cell in cells]
    found = evidence.number(written)
    assert found
    assert all(round(float(cell), found.scale) == float(cell) for cell in written)


# --- form --------------------------------------------------------------------------------------------------------

ROWS = "code;name;seen\nA1;Fär;1\nA2;Nearby;2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(encoding, delimiter, tmp_path):
    path = saved(tmp_path, ROWS.replace(";", delimiter), encoding=encoding)
    (piece,) = sketch.pieces_of(path, path.name)
    assert piece.delimiter == delimiter
    assert piece.encoding.removesuffix("-sig") == encoding.removesuffix("-sig")
    assert [list(one) for one in sketch.rows_below(path, piece, 1, "")] == [["A1", "Fär", "1"], ["A2", "Nearby", "2"]]


@given(st.lists(st.sampled_from(["a\n", "b\r\n", '"c\nd",e\n', "f\r", "\n"]), max_size=30), st.integers(1, 9))
def test_lines_are_the_text_in_whatever_chunks_it_comes(parts, size):
    text = "".join(parts)
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    lines = list(sketch._lines(iter(chunks)))
    assert "".join(lines) == text
    assert all(not re.search(r"\n.|\r[^\n]", line, re.S) for line in lines)


def test_titles_above_and_notes_below_are_not_the_table(tmp_path):
    rows = "".join(f"A{number},Area,{number}, ,\n" for number in range(9))
    path = saved(tmp_path, f"A title,,,,\n,,,,\ncode,name,seen,x,y\n{rows}Source: us,,,,\n")
    table = table_of(path)
    assert (table.header_row, table.rows, table.notes_below) == (3, 9, 1)


def test_a_file_without_a_header_is_refused_with_what_to_do(tmp_path):
    path = saved(tmp_path, "A1,20250101,x\nA2,20250102,y\nA3,20250103,z\n")
    with pytest.raises(Refused, match=r"looks like data and not like names .* `positions`"):
        infer.tables_of(path, path.name)


def test_names_that_stand_twice_are_refused(tmp_path):
    path = saved(tmp_path, "code,seen,seen\nA1,1,2\nA2,3,4\n")
    with pytest.raises(Refused, match="names more than one column 'seen'"):
        infer.tables_of(path, path.name)


def test_a_record_of_another_width_is_refused_by_its_line(tmp_path):
    path = saved(tmp_path, "code,seen\nA1,1\nA2,2,3\n")
    with pytest.raises(Refused, match="line 3 has 3 columns, expected 2"):
        infer.tables_of(path, path.name)


def test_every_sheet_that_is_a_table_is_one_and_the_others_are_said(tmp_path):
    path = tmp_path / "hubs.xlsx"
    rows = [["A title"], ["code", "seen"], ["A1", 1], ["A2", 2]]
    workbook(path, {"Notes": [["about"]], "By Area": rows, "By Month": rows})
    tables, skipped = infer.tables_of(path, path.name)
    assert [(one.name, one.header_row, one.rows) for one in tables] == [("by_area", 2, 2), ("by_month", 2, 2)]
    assert [one.name for one in skipped] == ["Notes"]


def test_members_of_a_zip_that_are_alike_are_one_table(tmp_path):
    path = tmp_path / "hubs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Hubs_North.csv", "code,seen\nA1,1\n")
        archive.writestr("Hubs_South.csv", "seen,code\n2,A2\n")
        archive.writestr("Map.csv", "code,name\nA1,Nearby\n")
    tables, _ = infer.tables_of(path, path.name)
    assert sorted((one.rows, len(one.pieces)) for one in tables) == [(1, 1), (2, 2)]
    layouts = [compose.layout_of(one, tables) for one in tables]
    assert layouts[0]["members"] == "Hubs_*th.csv"
    assert layouts[0]["beside"] == ["Map.csv"]


# --- key, period, names ------------------------------------------------------------------------------------------


def test_the_key_is_the_smallest_set_that_is_unique_and_no_measure(tmp_path):
    rows = "".join(
        f"A{area},{month}2025,{area * 10 + at}\n" for area in (1, 2) for at, month in enumerate(("JAN", "FEB"))
    )
    table = table_of(saved(tmp_path, f"code,month,seen\n{rows}"))
    assert (table.keys, table.doubled) == (("code", "month"), 0)
    assert (table.resolve, table.window_column) == ("window", "month")


def test_rows_that_stand_twice_leave_no_key_and_are_counted(tmp_path):
    table = table_of(saved(tmp_path, "code,seen\nA1,1\nA1,1\nA2,1\n"))
    assert (table.keys, table.doubled) == (("code",), 1)


@pytest.mark.parametrize(("name", "kind"), [
    ("warm_hubs_2025-11.csv", "month"), ("Hubs_Nov_25.zip", "month"), ("hubs-november-2025.csv", "month"),
    ("hubs_2025-11-30.csv", "snapshot"), ("hubs_20251130.csv", "snapshot"), ("hubs_2024.csv", "calendar_year"),
    ("hubs-2025-26-q4.csv", ""), ("hubs_2011-12.csv", ""), ("hubs.csv", ""),
])  # fmt: skip
def test_a_name_says_its_period_only_where_it_is_sure(name, kind):
    assert infer.name_period(name)[0] == kind


@pytest.mark.parametrize(("published", "canonical"), [
    ("FinancialYear", "financial_year"), ("SUB_ICB_CODE", "sub_icb_code"), ("ICBCode", "icb_code"), ("Quit (%)", "quit_pct"),
    ("Amount £", "amount_gbp"), ("2019 rate", "n_2019_rate"), ("A&E type", "a_and_e_type"),
])  # fmt: skip
def test_published_names_become_canonical_ones(published, canonical):
    assert infer.snake(published) == canonical


def test_file_names_of_other_periods_are_like_the_pattern():
    assert infer.file_pattern("Hubs_Nov_25.zip") == "Hubs_*.zip"
    assert infer.file_pattern("CHWE 01 - April.csv") == "CHWE *.csv"
    assert infer.file_pattern("2025-11.csv") == "2025-11.csv"


# --- what is written ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern", ["^E38[0-9]{6}$", "^(E06|W06)[0-9]{6}$", "^[ESW][0-9]{8}$", "^[0-9]{3}$", "^[A-Z0-9]{3,5}$"]
)
@given(number=st.integers(1, 99))
def test_a_made_up_code_is_like_its_pattern(pattern, number):
    assert re.search(pattern, compose.code_like(pattern, number))


def test_no_cell_of_the_file_is_written_but_codes_markers_and_column_names(tmp_path):
    rows = "".join(
        f"{4850000000 + n},Patient {n}sson,{n % 28 + 1:02}/01/1950,{'*' if n == 3 else n}\n" for n in range(60)
    )
    path = saved(tmp_path, f"nhs number,surname,born,visits\n{rows}")
    tables, _ = infer.tables_of(path, path.name)
    facts = compose.Facts("hubs")
    written = [
        compose.contract_yaml(facts, tables, path.name), compose.suite_json("hubs", tables, "1"),
        compose.test_py(facts, tables, path.name), compose.staging_sql("hubs", tables[0]),
    ]  # fmt: skip
    for text in written:
        assert not re.search(r"48500000|sson|/1950", text)


def test_a_body_that_stands_in_every_row_and_in_the_name_makes_a_part(tmp_path):
    rows = "".join(f"NHS Faraway,{number}\n" for number in range(100, 112))
    table = table_of(saved(tmp_path, f"entity,reference\n{rows}", name="Spend_NHS-Faraway_2025-11.csv"))
    assert re.search(table.part, "Spend_NHS-Elsewhere_2025-12.csv")["part"] == "NHS-Elsewhere"
    other = table_of(saved(tmp_path, f"entity,reference\n{rows}", name="Spend_2025-11.csv"))
    assert other.part == "all"
