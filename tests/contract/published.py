"""Builds files in exactly the published formats from rows that a test names, and adds them as a person would.

Real rows of the published files are the pattern: the header, the order, the spelling `15  to 21 Days`, the month
`NOV2025`, the byte order mark and CRLF of the ONS lookups. Codes are real where the format needs them; figures are not.

Belongs here: text and ZIPs of text, forms that several tests need, adding, and reading back. Does not belong here: cells of
sheets (sheets.py), rules of suites (judged.py), staging models (staged.py).
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
from sheets import made_xlsx

from pipeline.catalogue.load import catalogue
from pipeline.ingest import archive
from pipeline.ingest.archive import AddOutcome, Release
from pipeline.ingest.read import Bronze
from pipeline.settings import Settings

# Reads what was archived: a database of one's own costs 11 ms.
CON = duckdb.connect(config={"threads": 1})

GPAD_NAME = "Appointments_GP_Regional_CSV_Nov_25.zip"
GPAD_HEADER = (
    "SUB_ICB_LOCATION_CODE", "SUB_ICB_LOCATION_ONS_CODE", "SUB_ICB_LOCATION_NAME", "ICB_ONS_CODE", "ICB_NAME",
    "REGION_ONS_CODE", "REGION_NAME", "APPOINTMENT_MONTH", "APPT_STATUS", "HCP_TYPE", "APPT_MODE",
    "TIME_BETWEEN_BOOK_AND_APPT", "COUNT_OF_APPOINTMENTS",
)  # fmt: skip
KENT = (
    "91Q", "E38000237", "NHS Kent and Medway ICB - 91Q", "E54000032", "NHS Kent and Medway Integrated Care Board",
    "E40000005", "South East",
)  # fmt: skip
BRISTOL = (
    "15C", "E38000222", "NHS Bristol, North Somerset and South Gloucestershire ICB - 15C", "E54000039",
    "NHS Bristol, North Somerset and South Gloucestershire Integrated Care Board", "E40000006", "South West",
)  # fmt: skip

LOOKUP_NAME = "LOC22_ICB22_NHSER22_EN_LU.csv"
LOOKUP_ROWS = (
    ("E38000237", "91Q", "NHS Kent and Medway ICB - 91Q", "E54000032", "QKS",
     "NHS Kent and Medway Integrated Care Board",
     "E40000005", "Y59", "South East"),
    ("E38000222", "15C", "NHS Bristol, North Somerset and South Gloucestershire ICB - 15C", "E54000039", "QUY",
     "NHS Bristol, North Somerset and South Gloucestershire Integrated Care Board", "E40000006", "Y58", "South West"),
    ("E38000007", "99E", "NHS Mid and South Essex ICB - 99E", "E54000026", "QH8",
     "NHS Mid and South Essex Integrated Care Board", "E40000007", "Y61", "East of England"),
)  # fmt: skip
NAMES_NAME = "icb_names_codes_dec_2024.csv"
NAMES_ROWS = (("E54000032", "QKS", "NHS Kent and Medway Integrated Care Board", "1"),
              ("E54000039", "QUY", "NHS Bristol, North Somerset and South Gloucestershire Integrated Care Board",
               "2"))  # fmt: skip

MEASURES_NAME = "place_measures__kent-and-medway__2025-01.csv"
MEASURES_HEADER = (
    "metric_id", "definition_version", "measure", "breakdown_type", "breakdown_value", "area", "area_name", "period",
    "numerator", "denominator", "value", "lower", "upper", "unit", "qualifier", "source", "quote", "note",
)  # fmt: skip


def lookup_header(year: str = "22") -> tuple[str, ...]:
    return tuple(f"{area}{year}{suffix}" for area in ("LOC", "ICB", "NHSER") for suffix in ("CD", "CDH", "NM"))


def names_header(year: str = "24") -> tuple[str, ...]:
    return f"ICB{year}CD", f"ICB{year}CDH", f"ICB{year}NM", "ObjectId"


def gpad_row(
    location: Sequence[str] = KENT, month: str = "NOV2025", status: str = "Attended", hcp: str = "GP",
    mode: str = "Face-to-Face", time: str = "1 Day", count: str = "14595",
) -> tuple[str, ...]:  # fmt: skip
    return (*location, month, status, hcp, mode, time, count)


def gpad_rows(location: Sequence[str] = KENT, months: Iterable[str] = ("NOV2025",)) -> list[tuple[str, ...]]:
    """A handful of different keys a month, in the published spellings."""
    return [
        gpad_row(location, month, status, "GP", mode, time, str(count))
        for month in months
        for status, mode, time, count in (
            ("Attended", "Face-to-Face", "1 Day", 14595), ("Attended", "Face-to-Face", "15  to 21 Days", 12587),
            ("DNA", "Video/Online", "2 to 7 Days", 31), ("Unknown", "Unknown", "Unknown / Data Quality", 7),
        )
    ]  # fmt: skip


def measure_row(**cells: str) -> tuple[str, ...]:
    """A row of place measures, right but for the cells that are named."""
    right = {
        "metric_id": "pc_01", "measure": "GP practices", "area": "E54000032", "area_name": "NHS Kent and Medway ICB",
        "period": "2025-01-31", "value": "177", "unit": "count", "qualifier": "exact", "source": "a briefing",
    }  # fmt: skip
    unknown = set(cells) - set(MEASURES_HEADER)
    assert not unknown, unknown
    return tuple((right | cells).get(name, "") for name in MEASURES_HEADER)


def csv_bytes(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    line_end: str = "\n",
    quote: bool = False,
    bom: bool = False,
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> bytes:
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL
    writer = csv.writer(text, lineterminator=line_end, quoting=quoting, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows(rows)
    return ("\ufeff" * bom + text.getvalue()).encode(encoding)


def gpad_csv(rows: Iterable[Sequence[str]] | None = None, **how: object) -> bytes:
    return csv_bytes(GPAD_HEADER, gpad_rows() if rows is None else rows, **how)


def lookup_csv(rows: Iterable[Sequence[str]] = LOOKUP_ROWS, year: str = "22", **how: object) -> bytes:
    """The ONS lookup as it is published: UTF-8 with a byte order mark, CRLF."""
    return csv_bytes(lookup_header(year), rows, **({"bom": True, "line_end": "\r\n"} | how))


def names_csv(rows: Iterable[Sequence[str]] = NAMES_ROWS, year: str = "24", **how: object) -> bytes:
    return csv_bytes(names_header(year), rows, **({"bom": True} | how))


def measures_csv(*rows: Sequence[str], **how: object) -> bytes:
    return csv_bytes(MEASURES_HEADER, rows or [measure_row()], **how)


def made(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def made_zip(path: Path, members: Mapping[str, bytes] | None = None) -> Path:
    """A release of GP appointments: a ZIP of one CSV per ICB (default: Kent and Medway alone)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archived:
        for name, data in (members or {"Regional_CSV_Kent.csv": gpad_csv()}).items():
            archived.writestr(name, data)
    return path


def made_lookup_xlsx(path: Path, rows: Iterable[Sequence[str]] = LOOKUP_ROWS, year: str = "22") -> Path:
    """The XLSX twin of the lookup: the sheet of data, and a sheet `Metadata` whose words look like a header too."""
    words = ["Product title", "Health Geographies", f"CCG{year}CDH", "Text", 3]
    return made_xlsx(
        path, {f"LOC{year}_ICB{year}_NHSER{year}_EN_LU": [lookup_header(year), *rows], "Metadata": [[], [], words]}
    )


# --- what a person does with them -------------------------------------------------------------------------------


def add(path: Path, settings: Settings, **how: object) -> AddOutcome:
    """Adds one file and returns its one outcome."""
    (outcome,) = archive.add([path], settings, catalogue(), **how)
    return outcome


def added(path: Path, settings: Settings, **how: object) -> Release:
    """Adds a file that must be taken in without a problem, and returns its release."""
    outcome = add(path, settings, **how)
    assert outcome.status in ("archived", "new revision"), outcome
    assert outcome.problems == ()
    return release_of(outcome, settings)


def all_added(path: Path, settings: Settings, **how: object) -> dict[str, Release]:
    """Adds a file of several tables that must be taken in without a problem; its releases by table."""
    outcomes = archive.add([path], settings, catalogue(), **how)
    assert [(one.message, one.problems) for one in outcomes if one.status == "refused" or one.problems] == []
    ids = {one.release_id for one in outcomes}
    return {one.table: one for one in archive.releases(settings.raw) if one.release_id in ids}


def release_of(outcome: AddOutcome, settings: Settings) -> Release:
    return next(one for one in archive.releases(settings.raw) if one.release_id == outcome.release_id)


def bronze_of(release: Release, settings: Settings) -> Bronze:
    return archive.bronze_of(release, settings, catalogue())


def rows_of(bronze: Bronze) -> list[dict]:
    """Bronze rows in the order in which they stand."""
    found = CON.execute(bronze.select())
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def quarantine_of(bronze: Bronze) -> list[tuple[str, int, list[str], dict]]:
    """Quarantined rows: member, ordinal, rule ids, cells."""
    rows = CON.execute("select * from read_parquet(?)", [str(bronze.quarantine)]).fetchall()
    return [(member, number, rules, json.loads(cells)) for member, number, rules, cells in rows]


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def csv_records(data: bytes) -> list[list[str]]:
    """The oracle of ordinals: what the csv module finds in a member's bytes, empty records dropped, header left out."""
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return [record for record in csv.reader(text) if record][1:]
