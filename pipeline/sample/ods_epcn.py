"""The ODS workbook of primary care networks for the fictional region, ePCN.xlsx: networks, and their core partners.

Belongs here: the two sheets as ODS writes them since 2022 (line breaks inside the header cells, a trailing blank after
`Match`, names in capitals, dates as text yyyymmdd, the last column a truth value) and the totals they must add up to.
Does not belong here: the practices and networks (world.py), reading the file (ingest).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from pipeline.sample import world
from pipeline.sample.chance import SEED
from pipeline.sample.files import write_zip
from pipeline.sample.geography import ICBS, Icb

NETWORKS_SHEET, PARTNERS_SHEET = "PCNDetails", "PCN Core Partner Details"
NETWORKS_HEADER = (
    "PCN Code", "PCN Name", "Current Sub ICB Loc Code", "Sub ICB Location", "Open Date", "Close Date", "Address Line 1",
    "Address Line 2", "Address Line 3", "Address Line 4", "Address Line 5", "Postcode",
)  # fmt: skip
PARTNERS_HEADER = (
    "Partner\nOrganisation\nCode", "Partner\nName", "Practice\nParent\nSub ICB Loc Code",
    "Practice\nParent\nSub ICB Loc Name", "PCN Code", "PCN Name", "PCN Parent\nSub ICB Loc Code",
    "PCN Parent\nSub ICB Loc Name", "Practice to PCN\nRelationship\nStart Date",
    "Practice to PCN\nRelationship\nEnd Date", "Practice Sub ICB Loc and PCN Sub ICB Loc Match ",
)  # fmt: skip
RELEASES = (date(2025, 7, 1), date(2026, 2, 1))


def write_release(out_dir: Path, day: date, *, seed: int = SEED, icbs: Sequence[Icb] = ICBS) -> Path:
    """Writes the workbook as it stood on `day`, under its published name and the month, and returns its path."""
    import xlsxwriter

    path = out_dir / f"ePCN__{day:%Y-%m}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    # In memory xlsxwriter gives every member of the ZIP the same date.
    book = xlsxwriter.Workbook(path, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"created": datetime(day.year, day.month, day.day)})
    for name, header, rows in (
        (NETWORKS_SHEET, NETWORKS_HEADER, sorted(_networks(seed, icbs))),
        (PARTNERS_SHEET, PARTNERS_HEADER, sorted(_partners(day, seed, icbs))),
    ):
        sheet = book.add_worksheet(name)
        for at, row in enumerate((header, *rows)):
            for column, cell in enumerate(row):
                if cell != "":
                    sheet.write(at, column, cell)
    book.close()
    return path


def write_zip_of(workbook: Path) -> Path:
    """Writes the ZIP that ODS offers, of the workbook under its published name, and returns its path.

    The specification that the published ZIP holds beside it is left out.
    """
    day = datetime.strptime(workbook.stem.rpartition("__")[2], "%Y-%m")
    return write_zip(
        workbook.with_name(workbook.stem.lower() + ".zip"),
        {"ePCN.xlsx": workbook},
        (day.year, day.month, 25, 10, 13, 0),
    )


def known_totals(day: date, *, seed: int = SEED, icbs: Sequence[Icb] = ICBS) -> dict[str, int]:
    """Records of each sheet; and partnerships that last on `day` and ended ones."""
    memberships = [one for practice in world.everywhere(icbs, seed) for one in practice.memberships if one.start <= day]
    ended = sum(one.end is not None and one.end <= day for one in memberships)
    return {
        "networks": sum(len(world.networks(seed, location)) for icb in icbs for location in icb.locations),
        "partners": len(memberships),
        "current_partners": len(memberships) - ended,
        "ended_partners": ended,
    }


def _networks(seed: int, icbs: Sequence[Icb]) -> Iterator[tuple[str, ...]]:
    for icb in icbs:
        for location in icb.locations:
            for one in world.networks(seed, location):
                yield (
                    one.code, one.name, location.code, icb.location_name(location).upper(),
                    f"{world.NETWORKS_FORMED:%Y%m%d}", "", "NETWORK OFFICE", "1 MILL LANE", "", one.place.upper(), "",
                    one.postcode,
                )  # fmt: skip


def _partners(day: date, seed: int, icbs: Sequence[Icb]) -> Iterator[tuple[str | bool, ...]]:
    for practice in world.everywhere(icbs, seed):
        parent = (practice.location.code, practice.icb.location_name(practice.location).upper())
        for one in practice.memberships:
            if one.start <= day:
                end = f"{one.end:%Y%m%d}" if one.end is not None and one.end <= day else ""
                yield (
                    practice.code, practice.name, *parent, one.network.code, one.network.name, *parent,
                    f"{one.start:%Y%m%d}", end, True,
                )  # fmt: skip
