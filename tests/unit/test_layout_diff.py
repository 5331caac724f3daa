"""How a file differs from the nearest layout is said, and the contract lines it prints read the file when pasted."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import yaml
from small_tables import NAME, catalogue_of, contract_of, csv_text, workbook

from pipeline.catalogue.contract import Contract
from pipeline.catalogue.load import load_contract
from pipeline.errors import Refused
from pipeline.ingest import layout_diff
from pipeline.ingest.identify import identify, pair_names
from pipeline.ingest.layout_diff import Difference
from pipeline.ingest.read import read

COLUMNS = [
    {"name": "area_code", "pattern": "^E[0-9]{8}$"},
    {"name": "area_name"},
    {"name": "month", "type": "month", "formats": ["%b%Y"]},
    {"name": "kind", "allowed": ["Face-to-Face", "Telephone", "Video/Online"]},
    {"name": "things", "type": "integer"},
]
HEADER = ["AREA_CODE", "AREA_NAME", "MONTH", "KIND", "THINGS"]
ROWS = [
    ["E10000001", "Nearby", "NOV2025", "Telephone", "12"],
    ["E10000002", "Fär", "NOV2025", "Face-to-Face", "7"],
    ["E10000003", "Beyond", "NOV2025", "Video/Online", "0"],
]
KEYS = ["area_code", "month", "kind"]


def contract(**layout: object) -> Contract:
    return contract_of(COLUMNS, keys=KEYS, layout=layout or None)


def file_of(folder: Path, header: list[str], rows: list[list[str]], *, encoding: str = "utf-8", above: str = "",
            delimiter: str = ",") -> Path:  # fmt: skip
    path = folder / NAME
    path.write_bytes((above + csv_text(header, rows).replace(",", delimiter)).encode(encoding))
    return path


def renamed(old: str, new: str) -> list[str]:
    return [new if cell == old else cell for cell in HEADER]


def changed(at: int, value: str, row: int = 0) -> list[list[str]]:
    rows = [list(one) for one in ROWS]
    rows[row][at] = value
    return rows


def difference(path: Path, known: Contract) -> Difference:
    found = layout_diff.difference_of(path, catalogue_of(known), threads=1)
    assert found
    return found


def difference_of_fitting(path: Path, known: Contract, folder: Path) -> Difference:
    (found,) = identify(path, catalogue_of(known))
    bronze = read(path, found, "1" * 64, folder / "work", label=path.name, threads=1)
    return layout_diff.difference_of_read(path, found, bronze, path.name)


def kinds(found: Difference) -> list[str]:
    return [change.kind for change in found.changes]


def pasted(found: Difference, folder: Path) -> Contract:
    """The contract's own YAML with the printed lines pasted in as a person would, loaded from disk."""
    data = found.contract.model_dump(mode="json", exclude_defaults=True)
    (table,) = data["tables"]
    layouts = table.pop("layouts")
    for column in table["columns"]:
        if column["name"] in found.columns:
            column.update(yaml.safe_load(found.column_yaml(column["name"])))
    table["markers"] = table.get("markers", {}) | found.markers
    text = yaml.safe_dump(data, sort_keys=False).rstrip("\n")
    text += "\n    layouts:\n" + "".join(f"      {line}\n" for line in yaml.safe_dump(layouts).splitlines())
    text = text.replace("tables:\n- ", "tables:\n  - ")
    lines = text.split("\n")
    start = lines.index("tables:") + 2
    end = lines.index("    layouts:")
    # safe_dump stands two blanks left of the house's own indent.
    lines[start:end] = [f"  {line}" for line in lines[start:end]]
    path = folder / f"{found.contract.dataset}.yml"
    path.write_text("\n".join(lines) + found.layout_yaml(), "utf-8")
    return load_contract(path)


def rows_read(path: Path, known: Contract, folder: Path) -> tuple[int, int]:
    (found,) = identify(path, catalogue_of(known))
    report = read(path, found, "2" * 64, folder / "pasted", label=path.name, threads=1).report
    return report.rows_in, report.rows_clean


CASES = {
    "renamed by name": (renamed("AREA_NAME", "AREA_NAMES"), ROWS, {}, ["renamed"]),
    "renamed, known by its values": (renamed("MONTH", "when"), ROWS, {}, ["renamed"]),
    "renamed, known by its place": (renamed("AREA_NAME", "xyz"), ROWS, {}, ["renamed"]),
    "added": ([*HEADER, "NOTE"], [[*row, "x"] for row in ROWS], {}, ["added"]),
    "gone": (HEADER[:1] + HEADER[2:], [row[:1] + row[2:] for row in ROWS], {}, ["gone"]),
    "header lower": (HEADER, ROWS, {"above": "A title,,,,\n"}, ["header row"]),
    "delimiter": (HEADER, ROWS, {"delimiter": ";"}, ["delimiter"]),
    "two at once": ([*renamed("THINGS", "TOTAL"), "NOTE"], [[*row, "x"] for row in ROWS], {"delimiter": "|"},
                    ["delimiter", "renamed", "added"]),
    "renamed and moved": (["AREA_NAMES", *HEADER[2:], HEADER[0]], [[row[1], *row[2:], row[0]] for row in ROWS], {},
                          ["renamed", "moved"]),
    "columns without a name": ([*HEADER, "", ""], [[*row, "", ""] for row in ROWS], {}, ["added", "added"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_lines_for_a_changed_form_read_the_file_when_pasted(case, tmp_path):
    header, rows, how, expected = CASES[case]
    path = file_of(tmp_path, header, rows, **how)
    with pytest.raises(Refused):
        identify(path, catalogue_of(contract()))
    found = difference(path, contract())
    assert kinds(found) == expected
    assert found.unread == ""
    assert found.report
    assert (found.report.rows_in, found.report.rows_clean) == (3, 3)
    assert rows_read(path, pasted(found, tmp_path), tmp_path) == (3, 3)


def test_a_changed_encoding_is_a_difference(tmp_path):
    path = file_of(tmp_path, HEADER, ROWS, encoding="cp1252")
    found = difference(path, contract())
    assert [(one.kind, one.what) for one in found.changes] == [("encoding", "is cp1252, was utf-8")]
    assert rows_read(path, pasted(found, tmp_path), tmp_path) == (3, 3)


@pytest.mark.parametrize(("column", "at", "value", "fields", "words"), [
    ("month", 2, "2025-03-01", {"formats": ["%b%Y", "%Y-%m-%d"]}, "looks like %Y-%m-%d"),
    ("kind", 3, "Video Conference/Online", {"allowed": ["Face-to-Face", "Telephone", "Video/Online",
                                                       "Video Conference/Online"]}, "nearest known: 'Video/Online'"),
    ("kind", 3, "Face-to-face", {"aliases": {"Face-to-face": "Face-to-Face"}}, "nearest known: 'Face-to-Face'"),
    ("things", 4, "1.5", {"type": "decimal", "scale": 1}, "looks like decimal of 1 decimals"),
    ("things", 4, "*", {"status": True}, "new markers '*' (mostly suppressed)"),
    ("area_name", 1, "", {"required": False}, "is blank in some rows"),
])  # fmt: skip
def test_cells_of_another_kind_are_said_with_what_they_look_like(column, at, value, fields, words, tmp_path):
    path = file_of(tmp_path, HEADER, changed(at, value))
    found = difference_of_fitting(path, contract(), tmp_path)
    (change,) = found.changes
    assert (change.kind, change.column) == ("retyped", column)
    assert words in change.what
    assert found.columns == {column: fields}
    assert found.layout is None
    assert rows_read(path, pasted(found, tmp_path), tmp_path) == (3, 3)


def test_a_day_that_reads_both_ways_is_left_to_a_person(tmp_path):
    known = contract_of([{"name": "code"}, {"name": "day", "type": "date", "formats": ["%Y-%m-%d"]}])
    path = file_of(tmp_path, ["CODE", "DAY"], [["a", "01/02/2025"]])
    found = difference_of_fitting(path, known, tmp_path)
    (change,) = found.changes
    assert "it reads as %d/%m/%Y or %m/%d/%Y: a person must say which" in change.what
    assert found.columns == {}


def test_days_in_the_other_order_are_never_let_in_beside_the_known_one(tmp_path):
    known = contract_of([{"name": "code"}, {"name": "day", "type": "date", "formats": ["%d/%m/%Y"]}])
    path = file_of(tmp_path, ["CODE", "DAY"], [["a", "7/31/2025"]])
    found = difference_of_fitting(path, known, tmp_path)
    (change,) = found.changes
    assert "would read 10/12 in either order" in change.what
    assert found.columns == {}


def test_of_names_the_pairs_most_alike_are_made_first():
    assert pair_names(["Sub ICB Name", "ICB Code", "Note"], ["ICB Name", "ICB Codes"]) == {
        "Sub ICB Name": "ICB Name",
        "ICB Code": "ICB Codes",
    }
    assert pair_names(["APPT_MODE_X", "APPT_MODES"], ["APPT_MODE"]) == {"APPT_MODES": "APPT_MODE"}


def test_a_column_whose_name_is_alike_but_whose_values_are_not_is_another(tmp_path):
    header = renamed("THINGS", "THE THEME")
    found = difference(file_of(tmp_path, header, [[*row[:4], "words"] for row in ROWS]), contract())
    assert kinds(found) == ["added", "gone"]
    assert found.columns == {"things": {"required": False}}


def test_other_order_is_information_and_no_difference(tmp_path):
    path = file_of(tmp_path, HEADER[::-1], [row[::-1] for row in ROWS])
    found = difference_of_fitting(path, contract(), tmp_path)
    assert set(kinds(found)) == {"moved"}
    assert (found.layout, found.columns) == (None, {})


def test_a_file_that_fits_has_no_difference(tmp_path):
    found = difference_of_fitting(file_of(tmp_path, HEADER, ROWS), contract(), tmp_path)
    assert found.changes == ()
    assert list(layout_diff.lines(found, "x.yml")) == ["  no difference from layout plain_csv of things/all_things"]


def test_members_that_were_renamed_and_strays_beside_them(tmp_path):
    known = contract(container="zip", members="Part_*.csv")
    path = tmp_path / "things_2025-01.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Section_A.csv", csv_text(HEADER, ROWS[:2]))
        archive.writestr("Section_B.csv", csv_text(HEADER, ROWS[2:]))
        archive.writestr("readme.txt", "how to read it")
    found = difference(path, known)
    assert kinds(found) == ["members", "members beside"]
    assert found.layout
    assert (found.layout["members"], found.layout["beside"]) == ("Section_*.csv", ["readme.txt"])
    assert rows_read(path, pasted(found, tmp_path), tmp_path) == (3, 3)


def noted(path: Path, sheet: str, records: list[list[str]]) -> Path:
    workbook(path, {"Notes": [["about"]], sheet: records})
    return path


def test_a_renamed_sheet_with_a_header_that_moved(tmp_path):
    known = contract(format="xlsx", sheet="Data")
    path = noted(tmp_path / "things_2025-01.xlsx", "Table 1", [["A title"], [], HEADER, *ROWS])
    found = difference(path, known)
    assert [(one.kind, one.what) for one in found.changes] == [
        ("sheet", "is 'Table 1', was 'Data'"),
        ("header row", "is 3, was 1"),
    ]
    assert rows_read(path, pasted(found, tmp_path), tmp_path) == (3, 3)


def test_a_csv_that_became_a_workbook(tmp_path):
    path = noted(tmp_path / "things_2025-01.xlsx", "Data", [HEADER, *ROWS])
    found = difference(path, contract())
    assert kinds(found) == ["container"]
    assert rows_read(path, pasted(found, tmp_path), tmp_path) == (3, 3)


HEADLESS = {"columns": {}, "positions": ["area_code", "area_name", "month", "kind", "things"],
            "looks_like": {"area_code": "E[0-9]{8}"}}  # fmt: skip


def headless() -> Contract:
    return contract(**HEADLESS)


def test_without_a_header_an_added_column_is_found_by_what_stands_where(tmp_path):
    rows = [[*row[:2], "x", *row[2:]] for row in ROWS]
    path = tmp_path / NAME
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", "utf-8")
    found = difference(path, headless())
    assert found.layout
    assert found.layout["positions"][-3:] == ["month", "kind", "things"]
    assert "added" in kinds(found)
    assert rows_read(path, pasted(found, tmp_path), tmp_path) == (3, 3)


def test_without_a_header_columns_that_changed_places_are_moved(tmp_path):
    path = tmp_path / NAME
    path.write_text("\n".join(",".join([row[4], *row[1:4], row[0]]) for row in ROWS) + "\n", "utf-8")
    found = difference(path, headless())
    assert [(one.kind, one.column) for one in found.changes] == [("moved", "things"), ("moved", "area_code")]
    assert rows_read(path, pasted(found, tmp_path), tmp_path) == (3, 3)


def test_a_name_that_stands_twice_has_no_lines_and_says_so(tmp_path):
    path = file_of(tmp_path, [*HEADER[:4], "KIND"], ROWS)
    found = difference(path, contract())
    assert found.layout is None
    assert found.unread == "columns are found by name, and a name stands twice"


def test_a_file_like_no_layout_has_no_difference_at_all(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    assert layout_diff.difference_of(path, catalogue_of(contract())) is None


def test_as_data_it_is_what_the_words_say(tmp_path):
    path = file_of(tmp_path, renamed("KIND", "KINDS"), changed(2, "2025-03-01"))
    facts = layout_diff.facts(difference(path, contract()), "x.yml")
    assert json.loads(json.dumps(facts)) == facts
    assert [one["kind"] for one in facts["changes"]] == ["renamed", "retyped"]
    assert yaml.safe_load(facts["add_layout_yaml"]) == [facts["add_layout"]]
    assert facts["set_columns"] == {"month": {"formats": ["%b%Y", "%Y-%m-%d"]}}
    assert facts["reads"] == {"rows_in": 3, "rows_clean": 3, "rows_quarantined": 0}
