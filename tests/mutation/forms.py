"""Made-up contracts and files in every form that a contract can describe, so that each form goes through all mutations.

Belongs here: forms that the product's own contracts may not have, or not yet. Figures and codes are made up.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from pipeline.catalogue.contract import Contract
from pipeline.catalogue.load import Catalogue

from .files import Dialect, text_bytes, workbook_bytes, zip_bytes
from .slow_people import has_check_digit

TEXT = Dialect("utf-8", ",", "\r\n", bom=False, quoted=False, ended=True)
FIRST_DAY = date(2024, 1, 1)


def contract(dataset: str, *tables: dict, **more) -> Contract:
    return Contract.model_validate(
        {
            "dataset": dataset, "title": "Made up", "publisher": "nobody", "licence": "none", "cadence": "monthly",
            "lag_days": 0, "kind": "publication", "proof": "own_format", "owner": "tests", "on_failure": "block",
            "description": "made up for tests", "tables": tables, **more,
        }
    )  # fmt: skip


def table(name: str, keys: list[str], columns: list[dict], *layouts: dict, files: str, **more) -> dict:
    columns = [{"description": "made up", **column} for column in columns]
    return {
        "name": name, "description": "made up for tests", "grain": "one row a key", "resolve": "per_period",
        "period": {"type": "month", "name": r"(?P<year>\d{4})-(?P<month>\d{2})"}, "maturity": "final",
        "disclosure": "none", "file_names": [files], "keys": keys, "columns": columns, "layouts": layouts, **more,
    }  # fmt: skip


CODE = {"name": "code", "pattern": "^[A-Z][0-9]{5}$"}
NAME = {"name": "name"}
POSTCODE = {"name": "postcode", "pattern": "^[A-Z]{2}[0-9] [0-9][A-Z]{2}$"}
OPENED = {"name": "opened", "type": "date", "formats": ["%Y%m%d"]}
CLOSED = {"name": "closed", "type": "date", "formats": ["%Y%m%d"], "required": False}
STATUS = {"name": "status", "allowed": ["ACTIVE", "CLOSED"], "aliases": {"A": "ACTIVE", "C": "CLOSED"}}
COUNT = {"name": "patients", "type": "integer", "minimum": 0}
RATE = {
    "name": "rate", "type": "decimal", "precision": 12, "scale": 3, "minimum": 0, "maximum": 100, "status": True,
    "required": False,
}  # fmt: skip


def codes(count: int) -> list[str]:
    return [f"G{81000 + number}" for number in range(count)]


def headerless(rng: random.Random) -> tuple[Contract, str, bytes]:
    """A register: no header, all cells quoted, CRLF, a column that is kept as nothing."""
    rows = [
        [code, f"SURGERY, {code[1:]} HIGH STREET", f"ME{number % 9 + 1} {number % 10}AB",
         f"{FIRST_DAY + timedelta(days=13 * number):%Y%m%d}", "20250131" if number % 9 == 0 else "",
         "C" if number % 9 == 0 else "A", "", "x"]
        for number, code in enumerate(codes(60))
    ]  # fmt: skip
    layout = {
        "id": "no_header",
        "positions": ["code", "name", "postcode", "opened", "closed", "status", None, None],
        "looks_like": {"code": "[A-Z][0-9]{5}", "opened": "[0-9]{8}"},
    }
    made = contract(
        "register",
        table("practices", ["code"], [CODE, NAME, POSTCODE, OPENED, CLOSED, STATUS], layout, files="reg*.csv"),
    )
    return made, "reg-2025-01.csv", text_bytes(rows, Dialect("utf-8", ",", "\r\n", False, True, True))


def spread(rng: random.Random) -> tuple[Contract, str, bytes]:
    """Columns that become rows: one per age band."""
    bands = ["0-4", "5-14", "15-44", "45-64", "65+"]
    header = ["CODE", "NAME", *(f"AGE {band}" for band in bands)]
    rows = [[code, f"Surgery {code}", *(str(rng.randrange(900)) for _ in bands)] for code in codes(40)]
    layout = {
        "id": "wide", "columns": {"CODE": "code", "NAME": "name"},
        "unpivot": {"columns": "AGE .+", "name": "age_band", "value": "patients"},
    }  # fmt: skip
    columns = [CODE, NAME, {"name": "age_band", "pattern": "^AGE [0-9]"}, COUNT]
    made = contract("ages", table("ages", ["code", "age_band"], columns, layout, files="ages*.csv"))
    return made, "ages-2025-01.csv", text_bytes([header, *rows], TEXT)


def old_spreadsheet(rng: random.Random) -> tuple[Contract, str, bytes]:
    """windows-1252, semicolons, a title above the header, British dates, thousands commas, markers."""
    header = ["Practice code", "Practice name", "Day", "Patients", "Rate"]
    rows = [
        [code, f"Café – {code}", f"{FIRST_DAY + timedelta(days=17 * number):%d/%m/%Y}", f"{1000 + 37 * number:,}",
         "*" if number % 11 == 0 else "" if number % 13 == 0 else f"{number % 97}.{number % 10}"]
        for number, code in enumerate(codes(50))
    ]  # fmt: skip
    columns = [
        CODE, NAME, {"name": "day", "type": "date", "formats": ["%d/%m/%Y", "%Y-%m-%d"]},
        COUNT | {"thousands": True}, RATE,
    ]  # fmt: skip
    layout = {
        "id": "old", "encoding": "cp1252", "delimiter": ";", "header_row": 3,
        "columns": dict(zip(header, ("code", "name", "day", "patients", "rate"), strict=True)),
    }  # fmt: skip
    made = contract("old", table("old", ["code"], columns, layout, files="old*.csv", markers={"*": "suppressed"}))
    grid = [["Practices", "", "", "", ""], ["Published", "in", "January", "2025", ""], header, *rows]
    return made, "old-2025-01.csv", text_bytes(grid, Dialect("cp1252", ";", "\r\n", False, False, True))


def two_tables(rng: random.Random) -> tuple[Contract, str, bytes]:
    """A ZIP with a member for each of two tables and a specification beside them."""
    main = [["CODE", "MONTH", "PATIENTS"]] + [
        [code, month, str(rng.randrange(5000))] for code in codes(20) for month in ("JAN2025", "DEC2024", "NOV2024")
    ]
    names = [["CODE", "NAME"], *([code, f"Surgery, {code}"] for code in codes(20))]
    month = {"name": "month", "type": "month", "formats": ["%b%Y"]}
    data_layout = {
        "id": "zip", "container": "zip", "members": "data_*.csv", "beside": ["map_*.csv", "Spec*.txt"],
        "columns": {"CODE": "code", "MONTH": "month", "PATIENTS": "patients"},
    }  # fmt: skip
    map_layout = {
        "id": "zip", "container": "zip", "members": "map_*.csv", "beside": ["data_*.csv", "Spec*.txt"],
        "columns": {"CODE": "code", "NAME": "name"},
    }  # fmt: skip
    made = contract(
        "pair",
        table("data", ["code", "month"], [CODE, month, COUNT], data_layout, files="pair*.zip"),
        table("names", ["code"], [CODE, NAME], map_layout, files="pair*.zip"),
    )
    first, second = [main[0], *main[1:31]], [main[0], *main[31:]]
    members = {
        "data_a.csv": text_bytes(first, TEXT), "data_b.csv": text_bytes(second, TEXT),
        "map_all.csv": text_bytes(names, TEXT), "Specification.txt": b"see the web page",
    }  # fmt: skip
    return made, "pair-2025-01.zip", zip_bytes(members)


def _workbook_tables(container: dict, files: str) -> tuple[dict, dict]:
    measured = {"name": "day", "type": "date", "formats": ["%Y-%m-%d"]}
    sheets = ("Table 1*", "Table 2*")
    first = {
        "id": "sheet", "format": "xlsx", "sheet": sheets[0], "header_row": 2, **container,
        "columns": {"Code": "code", "Name": "name", "Patients": "patients"},
    }  # fmt: skip
    second = {
        "id": "sheet", "format": "xlsx", "sheet": sheets[1], "header_row": 2, **container,
        "columns": {"Code": "code", "Day": "day", "Rate": "rate"},
    }  # fmt: skip
    return (
        table("lists", ["code"], [CODE, NAME, COUNT], first, files=files),
        table("rates", ["code"], [CODE, measured, RATE], second, files=files, markers={"[x]": "not_available"}),
    )


def _workbook(rng: random.Random) -> bytes:
    lists = [["Lists of practices"], ["Code", "Name", "Patients"]] + [
        [code, f"Surgery {code}", float(rng.randrange(20_000))] for code in codes(40)
    ]
    rates = [["Rates"], ["Code", "Day", "Rate"]] + [
        [code, FIRST_DAY + timedelta(days=number), "[x]" if number % 7 == 0 else round(rng.random() * 90, 1)]
        for number, code in enumerate(codes(40))
    ]
    return workbook_bytes({"Contents": [["Contents"]], "Table 1 Lists": lists, "Table 2 Rates": rates})


def two_sheets(rng: random.Random) -> tuple[Contract, str, bytes]:
    """A workbook with a table on each of two sheets, days and numbers as a spreadsheet holds them."""
    made = contract("book", *_workbook_tables({}, "book*.xlsx"))
    return made, "book-2025-01.xlsx", _workbook(rng)


def zipped_workbook(rng: random.Random) -> tuple[Contract, str, bytes]:
    """The same workbook in a ZIP, with a note beside it."""
    container = {"container": "zip", "members": "*.xlsx", "beside": ["*.txt"]}
    made = contract("packed", *_workbook_tables(container, "packed*.zip"))
    return made, "packed-2025-01.zip", zip_bytes({"tables.xlsx": _workbook(rng), "note.txt": b"see the web page"})


def wide_signs(rng: random.Random) -> tuple[Contract, str, bytes]:
    """UTF-16 with tabs, names in many scripts, an exact period."""
    header = ["Code", "Name", "Period", "Rate"]
    rows = [
        [code, f"Łódź Å {chr(0x4E00 + number)} {code}", ("2024-12", "2024/25", "2025-01-31")[number % 3], f"{number}.25"]
        for number, code in enumerate(codes(40))
    ]  # fmt: skip
    layout = {
        "id": "tabs", "encoding": "utf-16", "delimiter": "\t",
        "columns": dict(zip(header, ("code", "name", "period", "rate"), strict=True)),
    }  # fmt: skip
    columns = [CODE, NAME, {"name": "period", "type": "period"}, RATE]
    made = contract("wide", table("wide", ["code", "period"], columns, layout, files="wide*.txt"))
    return made, "wide-2025-01.txt", text_bytes([header, *rows], Dialect("utf-16", "\t", "\n", False, False, True))


def people(rng: random.Random) -> tuple[Contract, str, bytes]:
    """People by NHS Number, each with all that may identify one; no number is known to be anybody's."""
    header = ["Month", "NHS Number", "Born", "Postcode", "Name", "Worker", "Notes", "Seen", "Days", "Ward"]
    numbers = [digits for number in range(600) if has_check_digit(digits := f"6{number * 1_234_567:09}")]
    rows = [
        ["2025-01", number, f"{FIRST_DAY - timedelta(days=1_000 + 450 * at):{'%d/%m/%Y' if at % 3 else '%Y-%m-%d'}}",
         "" if at % 11 == 0 else "E01999011" if at % 7 == 0 else f"XZ{at % 8 + 1} 1AB", f"Person {at}", f"W{at % 9:03}",
         "spoke with them", f"{FIRST_DAY + timedelta(days=at):%Y-%m-%d}", str(at), "ABC"[at % 3]]
        for at, number in enumerate(numbers[:40])
    ]  # fmt: skip
    day = {"type": "date", "formats": ["%Y-%m-%d", "%d/%m/%Y"]}
    columns = [
        {"name": "month", "type": "month", "formats": ["%Y-%m"]},
        {"name": "person", "identifies": "nhs_number"},
        {"name": "age_band", "identifies": "date_of_birth", "at": "month", **day},
        {"name": "lsoa", "identifies": "postcode", "required": False},
        {"name": "called", "identifies": "name", "required": False},
        {"name": "worker", "identifies": "local_id"},
        {"name": "notes", "identifies": "free_text", "required": False},
        {"name": "seen", **day}, {"name": "days", "type": "integer", "minimum": 0, "maximum": 366},
        {"name": "ward", "allowed": ["A", "B", "C"]},
    ]  # fmt: skip
    layout = {
        "id": "extract",
        "columns": dict(zip(header, (column["name"] for column in columns), strict=True)),
    }
    made = contract(
        "people", table("people", ["person"], columns, layout, files="people*.csv"),
        kind="extract", person_level=True, governance={}, upstream_domains=["a-trust"],
    )  # fmt: skip
    return made, "people-2025-01.csv", text_bytes([header, *rows], TEXT)


FORMS: tuple[Callable[[random.Random], tuple[Contract, str, bytes]], ...] = (
    headerless, spread, old_spreadsheet, two_tables, two_sheets, zipped_workbook, wide_signs, people,
)  # fmt: skip


def catalogue_of(made: Contract) -> Catalogue:
    return Catalogue({made.dataset: made}, (), {})
