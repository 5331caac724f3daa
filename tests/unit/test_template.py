"""Templates of local extracts: what a person opens, finds and may type, read from the bytes of the workbook."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from pipeline.catalogue.load import catalogue
from pipeline.errors import Fault, NotFound
from pipeline.submission import template, words

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EXTRACTS = [contract.dataset for contract in template.extracts(catalogue())]
WITH_WORKBOOK = [name for name in EXTRACTS if name.startswith("lx_")]


@pytest.fixture(scope="module")
def books(tmp_path_factory) -> dict[str, Path]:
    """The workbook of every extract that has one, unfilled."""
    folder = tmp_path_factory.mktemp("templates")
    return {name: template.write(catalogue().contracts[name], folder)[-1] for name in WITH_WORKBOOK}


def sheets(path: Path) -> dict[str, ElementTree.Element]:
    """Name -> XML of every sheet of a workbook, in its order."""
    with zipfile.ZipFile(path) as book:
        names = [one.get("name") for one in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")]
        return {
            name: ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            for number, name in enumerate(names, start=1)
        }


def rows(path: Path, sheet: str) -> list[list]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def lists_of(path: Path, sheet: str) -> dict[str, list[str]]:
    """Header cell -> the values that its drop-down offers."""
    header = rows(path, sheet)[3]
    found = {}
    for one in sheets(path)[sheet].iter(f"{MAIN}dataValidation"):
        if one.get("type") == "list":
            column = re.match(r"([A-Z]+)5:", one.get("sqref"))[1]
            at = sum((ord(letter) - 64) * 26**place for place, letter in enumerate(reversed(column))) - 1
            first, last = map(int, re.findall(r"\$B\$(\d+)", one.find(f"{MAIN}formula1").text))
            found[header[at]] = [row[1] for row in rows(path, template.CODES)[first - 1 : last]]
    return found


# --- which extract ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["LX-05", "lx-5", "lx05", "LX 05", "lx_05", "lx_05_trust_spend", "LX_05_TRUST_SPEND"])
def test_an_extract_is_found_by_its_number_or_its_name(name):
    assert template.find(name, catalogue()).dataset == "lx_05_trust_spend"


@pytest.mark.parametrize("name", ["LX-99", "lx", "", "gp_appointments_regional"])
def test_what_is_no_extract_is_refused_with_those_that_are(name):
    with pytest.raises(NotFound, match=r"Known: lx_01_staff_residence, .*place_measures"):
        template.find(name, catalogue())


# --- files --------------------------------------------------------------------------------------------------------------


def test_a_template_is_a_csv_and_a_workbook_under_the_name_of_the_extract(tmp_path):
    paths = template.write(catalogue().contracts["lx_05_trust_spend"], tmp_path)
    assert [path.name for path in paths] == ["lx_05_trust_spend__template.csv", "lx_05_trust_spend__template.xlsx"]
    (header,) = paths[0].read_text("utf-8-sig").splitlines()
    assert header.split(",") == list(catalogue().contracts["lx_05_trust_spend"].tables[0].layouts[0].columns)


def test_the_code_of_who_submits_stands_in_the_names(tmp_path):
    paths = template.write(catalogue().contracts["lx_05_trust_spend"], tmp_path, org="RZ9")
    assert {path.name for path in paths} == {"lx_05_trust_spend__rz9.csv", "lx_05_trust_spend__rz9.xlsx"}
    with pytest.raises(Fault, match=r"--org: 'my trust' is no ODS code"):
        template.write(catalogue().contracts["lx_05_trust_spend"], tmp_path, org="my trust")


def test_an_extract_of_two_tables_has_a_csv_for_each_and_one_workbook(tmp_path, books):
    paths = template.write(catalogue().contracts["lx_17_ctr"], tmp_path)
    assert [path.name for path in paths] == [
        "lx_17_ctr_reviews__template.csv", "lx_17_ctr_actions__template.csv", "lx_17_ctr__template.xlsx",
    ]  # fmt: skip
    assert list(sheets(books["lx_17_ctr"]))[:3] == ["Reviews", "Actions", template.HELP]


def test_an_extract_without_a_workbook_has_its_csv(tmp_path):
    assert [path.name for path in template.write(catalogue().contracts["place_measures"], tmp_path)] == [
        "place_measures__template.csv"
    ]


def test_nothing_is_overwritten(tmp_path):
    contract = catalogue().contracts["lx_21_self_referral"]
    template.write(contract, tmp_path)
    (tmp_path / "lx_21_self_referral__template.csv").unlink()
    with pytest.raises(Fault, match="is there already"):
        template.write(contract, tmp_path)
    assert not (tmp_path / "lx_21_self_referral__template.csv").exists()


def test_the_same_contract_gives_the_same_bytes(tmp_path, books):
    for name in ("lx_05_trust_spend", "lx_17_ctr"):
        again = template.write(catalogue().contracts[name], tmp_path)[-1]
        assert again.read_bytes() == books[name].read_bytes()


# --- the workbook -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WITH_WORKBOOK)
def test_a_workbook_can_be_read_by_everybody(name, books):
    contract, path = catalogue().contracts[name], books[name]
    with zipfile.ZipFile(path) as book:
        assert f"<dc:title>{contract.title}, template</dc:title>" in book.read("docProps/core.xml").decode()
    pages = sheets(path)
    assert list(pages)[-3:] == [template.HELP, template.CODES, template.CHECKS]
    for page, xml in pages.items():
        assert not list(xml.iter(f"{MAIN}mergeCell"))
        assert len(list(xml.iter(f"{MAIN}tablePart"))) == 1, f"{page}: its rows are one table"
        assert next(xml.iter(f"{MAIN}pane")).get("state") == "frozen"
        assert rows(path, page)[0][0].startswith(contract.title)


@pytest.mark.parametrize("name", WITH_WORKBOOK)
def test_the_data_sheet_has_the_header_of_the_contract_and_nothing_below_it(name, books):
    for table in catalogue().contracts[name].tables:
        layout = table.layouts[1]
        held = rows(books[name], layout.sheet)
        assert held[3] == list(layout.columns)
        assert not any(any(row) for row in held[4:])


@pytest.mark.parametrize("name", WITH_WORKBOOK)
def test_a_coded_column_offers_what_the_contract_allows_and_nothing_else(name, books):
    for table in catalogue().contracts[name].tables:
        layout = table.layouts[1]
        allowed = {cell: list(table.column(kept).allowed) for cell, kept in layout.columns.items()}
        assert lists_of(books[name], layout.sheet) == {cell: codes for cell, codes in allowed.items() if codes}


@pytest.mark.parametrize("name", WITH_WORKBOOK)
def test_the_help_explains_every_column_with_an_example(name, books):
    contract = catalogue().contracts[name]
    held = rows(books[name], template.HELP)[3:]
    columns = [cell for table in contract.tables for cell in table.layouts[0].columns]
    several = len(contract.tables) > 1
    assert [row[1 if several else 0] for row in held] == columns
    plain = {
        cell
        for table in contract.tables
        for cell, kept in table.layouts[0].columns.items()
        if not table.column(kept).identifies
    }
    assert not [row for row in held if row[1 if several else 0] in plain and row[-1] in ("", template.NO_EXAMPLE)]


@pytest.mark.parametrize("name", WITH_WORKBOOK)
def test_the_checks_beyond_cells_are_told(name, books):
    said = {row[0] for row in rows(books[name], template.CHECKS)[3:]}
    assert {rule.rule_id.partition(".")[2] for rule in template.load_suite(name).rules} <= said


def test_a_period_is_text_so_that_no_spreadsheet_makes_a_day_of_it(books):
    with zipfile.ZipFile(books["lx_05_trust_spend"]) as book:
        styles = ElementTree.fromstring(book.read("xl/styles.xml"))
    codes = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(f"{MAIN}numFmt")}
    formats = [codes.get(one.get("numFmtId"), "") for one in styles.find(f"{MAIN}cellXfs")]
    header = rows(books["lx_05_trust_spend"], "Data")[3]
    columns = list(sheets(books["lx_05_trust_spend"])["Data"].iter(f"{MAIN}col"))

    def number_format(name: str) -> str:
        place = header.index(name) + 1
        (mine,) = [one for one in columns if int(one.get("min")) <= place <= int(one.get("max"))]
        return formats[int(mine.get("style"))]

    assert {number_format(name) for name in ("period", "company_number", "transaction_id")} == {"@"}
    assert number_format("payment_date") == "yyyy-mm-dd"


def test_an_extract_without_a_sample_has_no_example(tmp_path):
    with pytest.raises(NotFound, match="there is no synthetic sample of place_measures/measures"):
        template.write(catalogue().contracts["place_measures"], tmp_path, example=True)


def test_an_example_says_that_its_figures_are_made_up(tmp_path):
    book = template.write(catalogue().contracts["lx_05_trust_spend"], tmp_path, example=True)[-1]
    assert book.name == "lx_05_trust_spend__rz1.xlsx"
    assert rows(book, "Data")[2][0] == template.SYNTHETIC
    with zipfile.ZipFile(book) as held:
        assert "template [synthetic data]" in held.read("docProps/core.xml").decode()


# --- words --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dataset", "column", "said"), [
    ("lx_05_trust_spend", "amount_gbp", "a number of pounds with at most two decimals, such as 23881.73"),
    ("lx_05_trust_spend", "payment_date", "a day, such as 2025-11-03"),
    ("lx_05_trust_spend", "vat_treatment", "one of net, gross"),
    ("lx_09_procedures_working_age", "imd_decile", "a whole number, from 1 to 10, such as 1"),
    ("lx_01_staff_residence", "fte", "a number of full-time equivalents with at most two decimals, from 0 to 1.5, such as 0.60"),
    ("lx_05_trust_spend", "supplier_postcode_sector", "postcode of the supplier without its last two letters: ME14 1, such as XZ1 1"),
    ("place_measures", "period", "a period, such as 2025-11"),
    ("gp_appointments_regional", "appointment_month", "a month, such as NOV2025"),
])  # fmt: skip
def test_a_column_in_words(dataset, column, said):
    contract = catalogue().contracts[dataset]
    table = contract.tables[0]
    found = table.column(column)
    assert words.expected(found, words.example_of(contract, table, found)).casefold() == said.casefold()


def test_each_meaning_has_one_marker():
    table = catalogue().contracts["lx_18_dynamic_support_register"].tables[0]
    assert words.markers_in_words(table.markers) == (
        "* where the number is too small to show, [x] where the number is not known, [z] where there can be no number"
    )
