"""Templates of local extracts: a CSV and an accessible workbook to fill in, made from contract and suite alone.

Belongs here: the sheets, their help and what a cell accepts while somebody types. Does not belong here: any rule (the
contract and the suite have them; what a spreadsheet accepts is a courtesy and proves nothing), reading what comes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.catalogue.contract import Column, Contract, Layout, Table
from pipeline.catalogue.load import Catalogue
from pipeline.errors import Fault, NotFound
from pipeline.gate.suites import load_suite
from pipeline.sample.files import CRLF, csv_text, write_text
from pipeline.submission import words

if TYPE_CHECKING:
    from pipeline.sample.local_extracts import Extract

# No clock: the same contract gives the same template.
CREATED = datetime(2000, 1, 1)
SYNTHETIC = "Synthetic data: made-up figures about a fictional area. Replace every row."
NO_EXAMPLE = "no example"
HELP, CODES, CHECKS = "Help", "Allowed values", "Checks"
# Rows of a data sheet whose cells are helped while somebody types.
HELPED_ROWS = 5_000
# What Excel allows in the title and the text of a message beside a cell.
MOST_TITLE, MOST_MESSAGE = 32, 255
NARROW, WIDE = 14, 60
TEXT, DAY = "@", "yyyy-mm-dd"
LX = re.compile(r"^lx[-_ ]?0*(?P<number>[0-9]{1,2})$", re.IGNORECASE)


@dataclass(frozen=True)
class _Sheet:
    """A table of the template: its sheet of data, and the rows to put in, by published column."""

    table: Table
    layout: Layout
    rows: list[dict[str, str]]

    @property
    def header(self) -> list[str]:
        return [name for name, kept in self.layout.columns.items() if kept]

    def column(self, published: str) -> Column:
        return self.table.column(self.layout.columns[published])


# --- which extract ---------------------------------------------------------------------------------------------------


def extracts(known: Catalogue) -> list[Contract]:
    """The contracts of local extracts, by name."""
    return [contract for contract in known.contracts.values() if contract.kind == "extract"]


def find(name: str, known: Catalogue) -> Contract:
    """The extract of a name such as `LX-05`, `lx5` or `lx_05_trust_spend`. Raises NotFound naming all."""
    wanted = LX.match(name.strip())
    start = f"lx_{int(wanted['number']):02}_" if wanted else ""
    for contract in extracts(known):
        if contract.dataset == name.strip().lower() or (start and contract.dataset.startswith(start)):
            return contract
    names = ", ".join(contract.dataset for contract in extracts(known))
    raise NotFound(f"there is no extract {name!r}", where="template", remedy=f"Known: {names}")


def write(contract: Contract, folder: Path, *, org: str = "", example: bool = False) -> list[Path]:
    """Writes the template into `folder`: a CSV for each table, and one workbook of all. Returns their paths.

    `org` is the ODS code of who will submit it: it stands in the names. `example`: filled in with the synthetic sample,
    under the name of its made-up submitter where no other is given. Overwrites nothing: raises Fault.
    """
    if org and not re.fullmatch(r"[A-Za-z0-9]{3,5}", org):
        raise Fault(f"{org!r} is no ODS code, expected three to five letters and digits", where="--org")
    sheets = [_sheet(contract, table, example=example) for table in contract.tables]
    org = org or (_sample(contract, contract.tables[0]).submitter if example else "")
    texts = {f"{_stem(one.table)}__{org.lower() or 'template'}.csv": one for one in sheets}
    book = f"{_stem(contract.tables[0]) if len(sheets) == 1 else contract.dataset}__{org.lower() or 'template'}.xlsx"
    for name in (*texts, book):
        if (folder / name).exists():
            raise Fault("is there already", where=str(folder / name), remedy="Move it, or name another --out")
    paths = [_write_csv(folder / name, one) for name, one in texts.items()]
    if all(_sheet_layout(one.table) for one in sheets):
        paths.append(_write_workbook(folder / book, contract, sheets, example=example))
    return paths


def _sheet(contract: Contract, table: Table, *, example: bool) -> _Sheet:
    return _Sheet(table, table.layouts[0], _sample(contract, table).filled() if example else [])


def _sample(contract: Contract, table: Table) -> Extract:
    sample = words.sample_of(contract, table)
    if sample is None:
        raise NotFound(
            f"there is no synthetic sample of {contract.dataset}/{table.name}",
            where="template",
            remedy="Leave --example out",
        )
    return sample


def _stem(table: Table) -> str:
    """What a file's name begins with: `lx_05_trust_spend`."""
    return table.file_names[0].partition("*")[0].rstrip("_")


def _sheet_layout(table: Table) -> Layout | None:
    return next((layout for layout in table.layouts if layout.format == "xlsx"), None)


# --- CSV -------------------------------------------------------------------------------------------------------------


def _write_csv(path: Path, sheet: _Sheet) -> Path:
    """The header, and the rows of the example. With a byte order mark: without it Excel takes UTF-8 for something else."""
    rows = [[row.get(name, "") for name in sheet.header] for row in sheet.rows]
    return write_text(path, csv_text([sheet.header, *rows], CRLF), "utf-8-sig")


# --- workbook --------------------------------------------------------------------------------------------------------


def _write_workbook(path: Path, contract: Contract, sheets: list[_Sheet], *, example: bool) -> Path:
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(
        path,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    mark = " [synthetic data]" if example else ""
    book.set_properties(
        {
            "title": f"{contract.title}, template{mark}",
            "subject": " ".join(contract.description.split()),
            "author": "ics-marts",
            "comments": SYNTHETIC if example else "",
            "created": CREATED,
        }
    )
    codes = _code_rows(sheets)
    names = [_sheet_layout(one.table).sheet for one in sheets]
    for sheet, name in zip(sheets, names, strict=True):
        _data_sheet(book, contract, sheet, name, _places(codes, sheet), example=example)
    several = len(sheets) > 1
    _help_sheet(book, contract, sheets, several=several)
    _table_sheet(
        book, CODES, f"{contract.title}: values that a column allows", "Write them exactly as they stand here.",
        ("Column", "Allowed value"), [(name, code) for _, name, code in codes], (NARROW * 2, NARROW * 2),
    )  # fmt: skip
    _table_sheet(
        book, CHECKS, f"{contract.title}: what is checked beyond single cells",
        "Critical: the whole extract is stopped. Warning: it is taken in, but somebody will ask.",
        ("Check", "How serious", "What must hold", "How to mend it"), list(_check_rows(contract)), (44, NARROW, WIDE, WIDE),
    )  # fmt: skip
    book.get_worksheet_by_name(names[0]).activate()
    book.close()
    return path


def _data_sheet(book, contract: Contract, sheet: _Sheet, name: str, places: dict[str, str], *, example: bool) -> None:
    """Title, one line of help, one line on the rows, and the table below them."""
    table = sheet.table
    page = book.add_worksheet(name)
    page.write_string(0, 0, f"{contract.title}: data", book.add_format({"bold": True, "font_size": 14}))
    page.write_string(1, 0, f"{table.description} {_sentence(table.grain)} The sheet {HELP} explains every column.")
    page.write_string(2, 0, SYNTHETIC if example else "Keep the header row as it is; fill in the rows below it.")
    first = 3
    last = first + max(len(sheet.rows), 1)
    for at, published in enumerate(sheet.header):
        column = sheet.column(published)
        form = book.add_format({"num_format": _number_format(column)})
        page.set_column(at, at, max(NARROW, len(published) + 4), form)
        page.data_validation(
            first + 1, at, first + HELPED_ROWS, at, _accepts(contract, table, column, at, first + 1, places)
        )
        for down, row in enumerate(sheet.rows, start=first + 1):
            _write_cell(page, down, at, row.get(published, ""), column, form)
    page.add_table(
        first, 0, last, len(sheet.header) - 1,
        {
            "name": f"data_{table.name}", "style": "Table Style Light 1", "autofilter": False,
            "columns": [{"header": published} for published in sheet.header],
        },
    )  # fmt: skip
    page.freeze_panes(first + 1, 0)
    _set_print(page, first)


def _sentence(words_: str) -> str:
    return f"{words_[0].upper()}{words_[1:]}."


def _number_format(column: Column) -> str:
    """Text keeps zeros in front, and `2025-11` from becoming a day."""
    if column.type == "date":
        return DAY
    if column.type == "decimal":
        return "0." + "0" * column.scale if 0 < column.scale <= 2 else "General"
    return "0" if column.type == "integer" else TEXT


def _write_cell(page, row: int, at: int, cell: str, column: Column, form) -> None:
    if not cell:
        return
    if column.type in ("integer", "decimal") and re.fullmatch(r"-?[0-9]+([.][0-9]+)?", cell):
        page.write_number(row, at, float(cell), form)
    elif column.type == "date":
        page.write_datetime(row, at, date.fromisoformat(cell), form)
    else:
        page.write_string(row, at, cell, form)


def _accepts(contract: Contract, table: Table, column: Column, at: int, row: int, places: dict[str, str]) -> dict:
    """What a spreadsheet accepts in the cells of a column, with its message: Excel's data validation."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    example = words.example_of(contract, table, column)
    message = words.expected(column, example)
    if column.status and table.markers:
        message += f"; {words.markers_in_words(table.markers)}"
    said = {
        "input_title": column.name[:MOST_TITLE], "input_message": _short(_sentence(column.description)),
        "error_title": column.name[:MOST_TITLE], "error_message": _short(f"Expected: {message}"),
        "ignore_blank": True,
    }  # fmt: skip
    if column.allowed:
        return {"validate": "list", "source": places[column.name]} | said
    cell = xl_rowcol_to_cell(row, at)
    if column.type in ("integer", "decimal"):
        tests = [f"ISNUMBER({cell})"]
        tests += [f"{cell}=INT({cell})"] if column.type == "integer" else []
        tests += [f"{cell}>={column.minimum:.15g}"] if column.minimum is not None else []
        tests += [f"{cell}<={column.maximum:.15g}"] if column.maximum is not None else []
        marks = [f'{cell}="{marker}"' for marker in table.markers] if column.status else []
        number = f"AND({','.join(tests)})"
        return {"validate": "custom", "value": f"=OR({','.join([number, *marks])})"} | said
    if column.type == "date":
        return {"validate": "date", "criteria": ">=", "value": date(1900, 1, 1)} | said
    return {"validate": "any"} | said


def _short(text: str) -> str:
    return text if len(text) <= MOST_MESSAGE else text[: MOST_MESSAGE - 1] + "…"


def _code_rows(sheets: list[_Sheet]) -> list[tuple[str, str, str]]:
    """(table, published column, allowed value) of every coded column."""
    return [
        (sheet.table.name, published, code)
        for sheet in sheets
        for published in sheet.header
        for code in sheet.column(published).allowed
    ]


def _places(codes: list[tuple[str, str, str]], sheet: _Sheet) -> dict[str, str]:
    """By canonical column, where its allowed values stand on their sheet."""
    found: dict[str, str] = {}
    for published in sheet.header:
        at = [row for row, (table, name, _) in enumerate(codes) if (table, name) == (sheet.table.name, published)]
        if at:
            found[sheet.column(published).name] = f"='{CODES}'!$B${at[0] + 4}:$B${at[-1] + 4}"
    return found


def _help_sheet(book, contract: Contract, sheets: list[_Sheet], *, several: bool) -> None:
    headings = ("Column", "Required", "What it is", "What a cell looks like", "Unit", "Allowed values", "Example")
    widths = (26, NARROW, WIDE, 44, NARROW, 44, 24)
    rows = [row for sheet in sheets for row in _help_rows(contract, sheet)]
    if several:
        headings, widths = ("Table", *headings), (NARROW, *widths)
        rows = [(sheet.table.name, *row) for sheet in sheets for row in _help_rows(contract, sheet)]
    _table_sheet(book, HELP, f"{contract.title}: help", " ".join(contract.description.split()), headings, rows, widths)


def _help_rows(contract: Contract, sheet: _Sheet) -> Iterator[tuple[str, ...]]:
    markers = words.markers_in_words(sheet.table.markers)
    for published in sheet.header:
        column = sheet.column(published)
        looks = words.form(column) if not column.allowed else "one of the allowed values"
        if column.status and markers:
            looks += f"; or {markers}"
        yield (
            published, "yes" if column.required else "no", _sentence(column.description), looks, column.unit or "no unit",
            ", ".join(column.allowed) or "any of this form", words.example_of(contract, sheet.table, column) or NO_EXAMPLE,
        )  # fmt: skip


def _check_rows(contract: Contract) -> Iterator[tuple[str, ...]]:
    """The rules of the suite, after those of the contract that no single cell can break."""
    for table in contract.tables:
        yield (
            f"{table.name}: key",
            "critical",
            f"{_sentence(table.grain)} {', '.join(table.keys)} together stand once",
            "Remove or mend the row",
        )
        share = f"{table.max_quarantine_share:.0%}"
        yield (
            f"{table.name}: rows left out", "critical", f"At most {share} of the rows break a rule of a single cell",
            "Mend the rows; inspect lists them",
        )  # fmt: skip
    for rule in load_suite(contract.dataset).rules:
        yield rule.rule_id.partition(".")[2], rule.severity, _sentence(rule.why), rule.remedy


def _table_sheet(
    book, name: str, title: str, said: str, headings: tuple[str, ...], rows: list[tuple], widths: Iterable[int]
) -> None:
    """A sheet of one table: its title in A1, a sentence below it, then the table."""
    page = book.add_worksheet(name)
    page.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    page.write_string(1, 0, said)
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": TEXT})
    for at, width in enumerate(widths):
        page.set_column(at, at, width)
    for down, row in enumerate(rows or [("none", *[""] * (len(headings) - 1))], start=3):
        for at, cell in enumerate(row):
            page.write_string(down, at, str(cell), wrapped)
    page.add_table(
        2, 0, 2 + max(len(rows), 1), len(headings) - 1,
        {
            "name": f"table_{name.lower().replace(' ', '_')}", "style": "Table Style Light 1", "autofilter": False,
            "columns": [{"header": heading} for heading in headings],
        },
    )  # fmt: skip
    page.freeze_panes(3, 0)
    _set_print(page, 2)


def _set_print(page, header_row: int) -> None:
    """A4 across, as wide as the table, its header on every printed page."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(header_row)
    page.set_footer("&L&F&RPage &P of &N")
