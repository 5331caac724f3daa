"""Patients registered at a GP practice for the fictional region: totals, the map of practices and five-year age bands.

Belongs here: the three CSVs as the publisher writes them (CRLF) in both generations, and the totals they must add up
to. `ccg_2021` has CCG and STP columns and 01JAN2021 in the totals; `sub_icb_2025` has sub-ICB location and ICB columns,
2025-11-01 in the totals and the bands, and the supplier in the map. The map writes 01Nov2025 in both. The bands are of
the second generation only: no file of the first has been seen.
Does not belong here: the practices (world.py), reading the file (ingest).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from pipeline.sample import world
from pipeline.sample.chance import SEED, between, draws, shared_out
from pipeline.sample.files import CRLF, MONTH_NAMES, csv_text, write_text
from pipeline.sample.geography import ICBS, Icb
from pipeline.sample.gp_appointments_coverage import day_text

Generation = Literal["ccg_2021", "sub_icb_2025"]

PUBLICATION = "GP_PRAC_PAT_LIST"
# The second is of the month of the crosstab; a practice opens, one closes and one moves between them.
RELEASES = (date(2025, 6, 1), date(2025, 11, 1))
TOTALS_HEADER = {
    "ccg_2021": (
        "PUBLICATION", "EXTRACT_DATE", "TYPE", "CCG_CODE", "ONS_CCG_CODE", "CODE", "POSTCODE", "SEX", "AGE",
        "NUMBER_OF_PATIENTS",
    ),
    "sub_icb_2025": (
        "PUBLICATION", "EXTRACT_DATE", "TYPE", "SUB_ICB_LOCATION_CODE", "ONS_SUB_ICB_LOCATION_CODE", "CODE", "POSTCODE",
        "SEX", "AGE", "NUMBER_OF_PATIENTS",
    ),
}  # fmt: skip
MAP_HEADER = {
    "ccg_2021": (
        "PUBLICATION", "EXTRACT_DATE", "PRACTICE_CODE", "PRACTICE_NAME", "PRACTICE_POSTCODE", "PCN_CODE", "PCN_NAME",
        "ONS_CCG_CODE", "CCG_CODE", "CCG_NAME", "ONS_STP_CODE", "STP_CODE", "STP_NAME", "ONS_COMM_REGION_CODE",
        "COMM_REGION_CODE", "COMM_REGION_NAME",
    ),
    "sub_icb_2025": (
        "PUBLICATION", "EXTRACT_DATE", "PRACTICE_CODE", "PRACTICE_NAME", "PRACTICE_POSTCODE", "PCN_CODE", "PCN_NAME",
        "ONS_SUB_ICB_LOCATION_CODE", "SUB_ICB_LOCATION_CODE", "SUB_ICB_LOCATION_NAME", "ONS_ICB_CODE", "ICB_CODE",
        "ICB_NAME", "ONS_COMM_REGION_CODE", "COMM_REGION_CODE", "COMM_REGION_NAME", "SUPPLIER_NAME",
    ),
}  # fmt: skip
BANDS_HEADER = (
    "PUBLICATION", "EXTRACT_DATE", "ORG_TYPE", "ORG_CODE", "ONS_CODE", "POSTCODE", "SEX", "AGE_GROUP_5",
    "NUMBER_OF_PATIENTS",
)  # fmt: skip
UNALLOCATED = ("U", "Unallocated")
ORG_TYPES = ("Comm Region", "ICB", "SUB_ICB_LOCATION_CODE", "PCN", "GP")
BANDS = (
    "0_4", "5_9", "10_14", "15_19", "20_24", "25_29", "30_34", "35_39", "40_44", "45_49", "50_54", "55_59", "60_64",
    "65_69", "70_74", "75_79", "80_84", "85_89", "90_94", "95+",
)  # fmt: skip
# England's patients in December 2025, in thousands, by sex and in the order of BANDS.
WEIGHTS = {
    "FEMALE": (
        1417, 1665, 1839, 1865, 1923, 2199, 2333, 2368, 2184, 1952, 1917, 2012, 1942, 1637, 1381, 1353, 920, 579, 277, 92,
    ),
    "MALE": (
        1490, 1749, 1933, 1957, 1935, 2255, 2419, 2494, 2338, 2108, 2025, 2052, 1944, 1585, 1271, 1183, 745, 408, 157, 36,
    ),
}  # fmt: skip


def known_totals(day: date, *, seed: int = SEED, icbs: Sequence[Icb] = ICBS) -> dict[str, int]:
    """Patients by practice code on the lists drawn on `day`; the bands of a practice add up to them."""
    return {one.code: patients for one, patients in _lists(day, seed, icbs)}


def write_practice_totals(
    out_dir: Path, day: date, *, seed: int = SEED, icbs: Sequence[Icb] = ICBS, generation: Generation = "sub_icb_2025"
) -> Path:
    """Writes gp-reg-pat-prac-all of the lists drawn on `day`, with the month in its name, and returns its path."""
    when = day_text(day) if generation == "ccg_2021" else day.isoformat()
    rows = [
        (
            PUBLICATION, when, "GP", one.location.code, one.location.ons_code, one.code, one.postcode, "ALL", "ALL",
            patients,
        )
        for one, patients in _lists(day, seed, icbs)
    ]  # fmt: skip
    # The first generation stands in the order of the CCG, the second in that of the practice.
    rows.sort(key=lambda row: (row[3], row[5]) if generation == "ccg_2021" else row[5])
    return _write(out_dir, "all", day, [TOTALS_HEADER[generation], *rows])


def write_practice_map(
    out_dir: Path, day: date, *, seed: int = SEED, icbs: Sequence[Icb] = ICBS, generation: Generation = "sub_icb_2025"
) -> Path:
    """Writes gp-reg-pat-prac-map of the lists drawn on `day`, with the month in its name, and returns its path."""
    when = f"{day.day:02}{MONTH_NAMES[day.month - 1]}{day.year}"
    rows = []
    for one, _ in _lists(day, seed, icbs):
        icb, location, network = one.icb, one.location, one.network(day)
        names = (
            (icb.ccg_name(location), icb.short_name)
            if generation == "ccg_2021"
            else (icb.location_name(location), icb.name)
        )
        supplier = () if generation == "ccg_2021" else (one.supplier.partition("/")[0],)
        rows.append(
            (
                PUBLICATION, when, one.code, one.name, one.postcode,
                *((network.code, network.name) if network else UNALLOCATED), location.ons_code, location.code, names[0],
                icb.ons_code, icb.code, names[1], icb.region.ons_code, icb.region.code, icb.region.name, *supplier,
            )
        )  # fmt: skip
    rows.sort(key=lambda row: row[2])
    return _write(out_dir, "map", day, [MAP_HEADER[generation], *rows])


def write_quinary_age(out_dir: Path, day: date, *, seed: int = SEED, icbs: Sequence[Icb] = ICBS) -> Path:
    """Writes gp-reg-pat-prac-quin-age of the lists drawn on `day`, with the month in its name, and returns its path."""
    counts: Counter[tuple[str, str, str, str, str, str]] = Counter()
    for one, patients in _lists(day, seed, icbs):
        icb, location, network = one.icb, one.location, one.network(day)
        organisations = (
            ("Comm Region", icb.region.code, icb.region.ons_code, ""), ("ICB", icb.code, icb.ons_code, ""),
            ("SUB_ICB_LOCATION_CODE", location.code, location.ons_code, ""),
            ("PCN", network.code if network else UNALLOCATED[0], "", ""), ("GP", one.code, "", one.postcode),
        )  # fmt: skip
        for (sex, band), count in _bands(one, patients, day, seed):
            for organisation in organisations:
                counts[(*organisation, sex, band)] += count
                counts[(*organisation, sex, "ALL")] += count
                counts[(*organisation, "ALL", "ALL")] += count
    rows = sorted(counts.items(), key=lambda item: (ORG_TYPES.index(item[0][0]), item[0][1:]))
    return _write(
        out_dir, "quin-age", day,
        [BANDS_HEADER, *((PUBLICATION, day.isoformat(), *key, count) for key, count in rows)],
    )  # fmt: skip


def _lists(day: date, seed: int, icbs: Sequence[Icb]) -> Iterator[tuple[world.Practice, int]]:
    for icb in icbs:
        for location in icb.locations:
            held = world.practices(seed, icb, location)
            listed = world.patients(seed, held, day)
            yield from ((one, listed[one.code]) for one in held if one.code in listed)


def _bands(one: world.Practice, patients: int, day: date, seed: int) -> Iterator[tuple[tuple[str, str], int]]:
    """((sex, band), patients) of a practice, zeros too, as published. Each practice has its own mix of ages."""
    habit = draws(seed, one.code, "ages")
    weights = [
        ((sex, band), weight * between(habit, 80, 120))
        for sex, of_sex in WEIGHTS.items()
        for band, weight in zip(BANDS, of_sex, strict=True)
    ]
    return shared_out(patients, weights, draws(seed, one.code, day, "ages"))


def _write(out_dir: Path, which: str, day: date, rows: list[tuple]) -> Path:
    return write_text(out_dir / f"gp-reg-pat-prac-{which}__{day:%Y-%m}.csv", csv_text(rows, CRLF))
