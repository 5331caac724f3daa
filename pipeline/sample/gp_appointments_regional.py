"""Appointments in General Practice, regional CSV, for the fictional region: the monthly ZIP of one CSV per ICB.

Belongs here: the release as the publisher writes it (LF, no byte order mark, months as JUN2023 in the order of the
alphabet, `15  to 21 Days` with two blanks, no zero counts) and the totals it must add up to. The totals come first;
the rows share them out, so `known_totals` is the truth that a reader of the file can be tested against.
Does not belong here: the places (geography.py), reading the file (ingest).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from pipeline.sample.chance import SEED, between, draws, shared_out
from pipeline.sample.files import LF, MONTH_NAMES, csv_text, month_label, months_ending, published, write_zip
from pipeline.sample.geography import ICBS, Icb, SubIcbLocation

HEADER = (
    "SUB_ICB_LOCATION_CODE", "SUB_ICB_LOCATION_ONS_CODE", "SUB_ICB_LOCATION_NAME", "ICB_ONS_CODE", "ICB_NAME",
    "REGION_ONS_CODE", "REGION_NAME", "APPOINTMENT_MONTH", "APPT_STATUS", "HCP_TYPE", "APPT_MODE",
    "TIME_BETWEEN_BOOK_AND_APPT", "COUNT_OF_APPOINTMENTS",
)  # fmt: skip
STATUSES = ("Attended", "DNA", "Unknown")

# All weights below are England's in the release of November 2025, rounded.
# An average month is 1,000: October is a fifth above it (vaccinations), August and December a tenth below.
SEASON = (1070, 985, 995, 970, 970, 960, 1000, 905, 1015, 1220, 1025, 885)
GROWTH_FROM, MONTHLY_GROWTH = date(2023, 6, 1), 17  # per 10,000: two per cent a year

# Professional -> mode -> weight, of 10,000 appointments of each status.
PROFESSIONAL_AND_MODE = {
    "Attended": {
        "GP": {"Face-to-Face": 2740, "Home Visit": 45, "Telephone": 1540, "Unknown": 14, "Video/Online": 270},
        "Other Practice staff": {
            "Face-to-Face": 3780, "Home Visit": 55, "Telephone": 1045, "Unknown": 16, "Video/Online": 260,
        },
        "Unknown": {"Face-to-Face": 31, "Home Visit": 5, "Telephone": 23, "Unknown": 167, "Video/Online": 12},
    },
    "DNA": {
        "GP": {"Face-to-Face": 2350, "Home Visit": 21, "Telephone": 650, "Unknown": 10, "Video/Online": 27},
        "Other Practice staff": {
            "Face-to-Face": 5910, "Home Visit": 36, "Telephone": 860, "Unknown": 22, "Video/Online": 29,
        },
        "Unknown": {"Face-to-Face": 6, "Home Visit": 4, "Telephone": 11, "Unknown": 62, "Video/Online": 0},
    },
    "Unknown": {
        "GP": {"Face-to-Face": 1625, "Home Visit": 110, "Telephone": 1030, "Unknown": 400, "Video/Online": 520},
        "Other Practice staff": {
            "Face-to-Face": 3795, "Home Visit": 135, "Telephone": 845, "Unknown": 725, "Video/Online": 350,
        },
        "Unknown": {"Face-to-Face": 86, "Home Visit": 30, "Telephone": 21, "Unknown": 257, "Video/Online": 73},
    },
}  # fmt: skip
TIMES = (
    "Same Day", "1 Day", "2 to 7 Days", "8  to 14 Days", "15  to 21 Days", "22  to 28 Days", "More than 28 Days",
    "Unknown / Data Quality",
)  # fmt: skip
# Mode -> weight of each of TIMES, of 10,000 appointments held so.
TIME_BY_MODE = {
    "Face-to-Face": (3510, 690, 1925, 1540, 935, 645, 750, 6),
    "Home Visit": (5410, 1385, 1760, 620, 295, 195, 240, 100),
    "Telephone": (5515, 850, 1625, 940, 500, 310, 245, 7),
    "Unknown": (5915, 755, 1360, 735, 440, 305, 470, 18),
    "Video/Online": (7535, 945, 985, 235, 110, 70, 90, 27),
}
# Who is seen on the day of booking seldom fails to come: same-day weight by status, per cent of the above.
SAME_DAY = {"Attended": 100, "DNA": 32, "Unknown": 50}
# Pairs of professional and mode below this weight are not in use everywhere; here at every second location.
RARE = 35


MONTHS = months_ending(date(2025, 11, 1))


def known_totals(
    seed: int = SEED, *, months: Sequence[date] = MONTHS, icbs: Sequence[Icb] = ICBS
) -> dict[tuple[str, date, str], int]:
    """Appointments by (ODS code of the sub-ICB location, first day of the month, status): what the rows add up to."""
    return {
        (location.code, month, status): total
        for icb in icbs
        for location in icb.locations
        for month in months
        for status, total in _totals(seed, location, month).items()
    }


def write_release(
    out_dir: Path, *, seed: int = SEED, months: Sequence[date] = MONTHS, icbs: Sequence[Icb] = ICBS, level: int = 9
) -> Path:
    """Writes the ZIP of the release that ends with the last of `months`, packed at `level`, and returns its path."""
    last = max(months)
    path = out_dir / f"Appointments_GP_Regional_CSV_{month_label(last)}.zip"
    members = {f"Regional_CSV_{icb.file_stem}.csv": csv_of_icb(icb, seed=seed, months=months) for icb in icbs}
    return write_zip(path, members, published(last), level=level)


def csv_of_icb(icb: Icb, *, seed: int, months: Sequence[date]) -> bytes:
    """The CSV of one ICB: rows in the order of location, month as text, status, professional, mode, time as text."""
    rows: list[tuple] = [HEADER]
    by_text = sorted((f"{MONTH_NAMES[month.month - 1].upper()}{month.year}", month) for month in months)
    for location in sorted(icb.locations, key=lambda one: one.code):
        # The release leaves the commas out of a location's name, but not out of its ICB's.
        place = (
            location.code, location.ons_code, icb.location_name(location).replace(",", ""),
            icb.ons_code, icb.name, icb.region.ons_code, icb.region.name,
        )  # fmt: skip
        for month_text, month in by_text:
            rows += ((*place, month_text, *cell) for cell in cells(seed, location, month))
    return csv_text(rows, LF).encode("utf-8")


# --- numbers ---------------------------------------------------------------------------------------------------


def _totals(seed: int, location: SubIcbLocation, month: date) -> dict[str, int]:
    """Appointments of a location and month by status. Each location has its own share not attended and unknown."""
    habit = draws(seed, location.code, "status")
    not_attended, unknown = between(habit, 330, 550), between(habit, 480, 720)
    chance = draws(seed, location.code, month, "total")
    elapsed = (month.year - GROWTH_FROM.year) * 12 + month.month - GROWTH_FROM.month
    size = location.monthly_appointments * (10_000 + MONTHLY_GROWTH * elapsed) * SEASON[month.month - 1] // 10_000_000
    size = size * between(chance, 985, 1015) // 1000
    dna = size * (not_attended + between(chance, -20, 20)) // 10_000
    without_status = size * (unknown + between(chance, -30, 30)) // 10_000
    return {"Attended": size - dna - without_status, "DNA": dna, "Unknown": without_status}


def _habits(seed: int, location: SubIcbLocation) -> dict[tuple[str, str], int]:
    """How much a location uses each pair of professional and mode, per cent of the usual; 0 where it never does."""
    habit = draws(seed, location.code, "mode")
    habits = {}
    for professional, modes in PROFESSIONAL_AND_MODE["Attended"].items():
        for mode, weight in modes.items():
            percent, in_use = between(habit, 85, 115), habit.random() < 0.5
            habits[professional, mode] = percent if in_use or weight >= RARE else 0
    return habits


def cells(seed: int, location: SubIcbLocation, month: date) -> Iterator[tuple[str, str, str, str, int]]:
    """(status, professional, mode, time, count) of a location and month, in the order of the file, without zeros."""
    habits = _habits(seed, location)
    for status, total in sorted(_totals(seed, location, month).items()):
        chance = draws(seed, location.code, month, status)
        weights = [
            (
                (professional, mode, time),
                weight * habits[professional, mode] * time_weight * between(chance, 92, 108)
                * (SAME_DAY[status] if time == "Same Day" else 100),
            )
            for professional, modes in sorted(PROFESSIONAL_AND_MODE[status].items())
            for mode, weight in sorted(modes.items())
            for time, time_weight in sorted(zip(TIMES, TIME_BY_MODE[mode], strict=True))
        ]  # fmt: skip
        yield from ((status, *combination, count) for combination, count in shared_out(total, weights, chance) if count)
