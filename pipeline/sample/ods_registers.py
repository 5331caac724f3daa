"""The ODS registers of trusts (etr), commissioners (eccg) and memberships (epcmem) for the fictional region.

Belongs here: files without a header as ODS writes them, CRLF, every cell quoted. Two CCGs merged into the first location on 1 April 2020:
eccg has the day on which they closed, epcmem which practices they had, and epraccur which practices the location has since.
Does not belong here: practices (world.py, ods_epraccur.py).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from pipeline.sample import world
from pipeline.sample.chance import SEED
from pipeline.sample.files import CRLF, csv_text, write_text
from pipeline.sample.geography import ICBS, Icb, town
from pipeline.sample.ods_epraccur import JOINED

TRUSTS_DAY, COMMISSIONERS_DAY, MEMBERSHIPS_DAY = date(2026, 2, 1), date(2026, 2, 1), date(2019, 10, 1)
BEGAN, LAST_DAY = "20130401", "20200331"
TRUSTS = (
    ("RZ1", "SAMPLESHIRE HOSPITALS NHS FOUNDATION TRUST", "20080401", ""),
    ("RZ2", "SAMPLESHIRE COMMUNITY HEALTH NHS TRUST", "20110401", ""),
    ("RZ3", "OLD SAMPLESHIRE INFIRMARY NHS TRUST", "19930401", "20080331"),
)
# The letter of the South East, of government offices as they were.
GOVERNMENT_REGION = "J"
MERGED = (("98S", f"NHS {town(7).upper()} CCG"), ("98T", f"NHS {town(8).upper()} CCG"))


def write_trusts(out_dir: Path) -> Path:
    """Writes etr as it stood on TRUSTS_DAY and returns its path."""
    icb = ICBS[0]
    rows = [
        (code, name, icb.region.code, icb.code, *_address(number), opened, closed, *[""] * 9, "1", "", GOVERNMENT_REGION, "", "", "")
        for number, (code, name, opened, closed) in enumerate(TRUSTS)
    ]  # fmt: skip
    return _write(out_dir / f"etr__{TRUSTS_DAY:%Y-%m}.csv", rows)


def write_commissioners(out_dir: Path, *, icbs: Sequence[Icb] = ICBS) -> Path:
    """Writes eccg as it stood on COMMISSIONERS_DAY and returns its path."""
    closed = [(code, name, icbs[0], BEGAN, LAST_DAY, "") for code, name in MERGED]
    open_ones = [
        (one.code, icb.location_name(one).upper(), icb, _opened(icb, one), "", "RO319") for icb in icbs for one in icb.locations
    ]  # fmt: skip
    rows = [
        (code, name, icb.region.code, icb.code, *_address(number), opened, ended, "", role, *[""] * 7, "1", *[""] * 5)
        for number, (code, name, icb, opened, ended, role) in enumerate(
            sorted(closed + open_ones, key=lambda row: row[0])
        )
    ]
    return _write(out_dir / f"eccg__{COMMISSIONERS_DAY:%Y-%m}.csv", rows)


def write_memberships(out_dir: Path, *, seed: int = SEED, icbs: Sequence[Icb] = ICBS) -> Path:
    """Writes epcmem as it stood on MEMBERSHIPS_DAY, before the merger, and returns its path."""
    first = icbs[0].locations[0]
    rows = []
    for practice in sorted(world.everywhere(icbs, seed), key=lambda one: one.code):
        if practice.opened < JOINED and practice.is_open(JOINED):
            ccg = MERGED[int(practice.code[-1]) % 2][0] if practice.location == first else practice.location.code
            rows.append((practice.code, ccg, "W", f"{max(practice.opened, date(2013, 4, 1)):%Y%m%d}", "", "0"))
    return _write(out_dir / f"epcmem__{MEMBERSHIPS_DAY:%Y-%m}.csv", rows)


def known_totals(icbs: Sequence[Icb] = ICBS) -> dict[str, int]:
    """How many records the registers of trusts and commissioners have."""
    return {"trusts": len(TRUSTS), "commissioners": len(MERGED) + sum(len(icb.locations) for icb in icbs)}


def _opened(icb: Icb, location) -> str:
    merged = icb == ICBS[0] and location == icb.locations[0]
    return f"{JOINED:%Y%m%d}" if merged else BEGAN


def _address(number: int) -> tuple[str, ...]:
    return f"{number + 1} LONG LANE", "", "", town(number).upper(), "", f"XZ9 {number % 10}ZZ"


def _write(path: Path, rows: Iterable[tuple]) -> Path:
    return write_text(path, csv_text(rows, CRLF, quoting=csv.QUOTE_ALL))
