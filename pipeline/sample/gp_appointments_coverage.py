"""Coverage of the appointments collection for the fictional region: practices and patients included, by location and month.

Belongs here: the CSV as the publisher writes it (LF, header of three styles, months as 01FEB2023, 30 of them, in the
order of location and month) and the totals it must add up to. Open practices are those on the patient lists of the
month's first day, included ones those that send appointments.
Does not belong here: the practices (world.py), reading the file (ingest).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path

from pipeline.sample import world
from pipeline.sample.chance import SEED
from pipeline.sample.files import LF, MONTH_NAMES, csv_text, month_label, months_ending, write_text
from pipeline.sample.geography import ICBS, Icb

HEADER = (
    "SUB_ICB_LOCATION_CODE", "ICB_ONS_CODE", "REGION_CODE", "Appointment_Month", "Included Practices", "Open Practices",
    "Patients registered at included practices", "Patients registered at open practices",
)  # fmt: skip
MONTHS = months_ending(date(2025, 11, 1))


@dataclass(frozen=True)
class Coverage:
    """Practices and patients of a location and month."""

    included_practices: int
    open_practices: int
    included_patients: int
    open_patients: int


def known_totals(
    seed: int = SEED, *, months: Sequence[date] = MONTHS, icbs: Sequence[Icb] = ICBS
) -> dict[tuple[str, date], Coverage]:
    """Coverage by (ODS code of the sub-ICB location, first day of the month)."""
    found = {}
    for icb in icbs:
        for location in icb.locations:
            held = world.practices(seed, icb, location)
            sending = {one.code for one in held if one.sends}
            for month in months:
                listed = world.patients(seed, held, month)
                included = [patients for code, patients in listed.items() if code in sending]
                found[location.code, month] = Coverage(len(included), len(listed), sum(included), sum(listed.values()))
    return found


def write_release(
    out_dir: Path, *, seed: int = SEED, months: Sequence[date] = MONTHS, icbs: Sequence[Icb] = ICBS
) -> Path:
    """Writes the coverage of the release that ends with the last of `months` and returns its path."""
    totals = known_totals(seed, months=months, icbs=icbs)
    places = {location.code: icb for icb in icbs for location in icb.locations}
    rows = [
        (code, places[code].ons_code, places[code].region.ons_code, day_text(month), *astuple(totals[code, month]))
        for code, month in sorted(totals)
    ]
    return write_text(
        out_dir / f"APPOINTMENTS_GP_COVERAGE_{month_label(max(months))}.csv", csv_text([HEADER, *rows], LF)
    )


def day_text(day: date) -> str:
    """`01FEB2023`."""
    return f"{day.day:02}{MONTH_NAMES[day.month - 1].upper()}{day.year}"
