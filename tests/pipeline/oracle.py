"""A slow and obvious oracle of the appointment metrics: plain Python over the CSV text, sharing no code with the pipeline.

It reads the published ZIP, the lookup and the list of ICB names with the csv module and adds up in dictionaries. What it
knows of geography is what a person reads in the two lookups: an ICB whose GSS code changed between the vintages has the
new code from the day given in `reissued`.
"""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
KINDS = {
    "appointment_status": "APPT_STATUS", "appointment_mode": "APPT_MODE", "hcp_type": "HCP_TYPE",
    "time_from_booking": "TIME_BETWEEN_BOOK_AND_APPT",
}  # fmt: skip


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def read_release(path: Path) -> list[dict[str, str]]:
    rows = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            rows += csv.DictReader(io.StringIO(archive.read(name).decode("utf-8"), newline=""))
    return rows


@cache
def folded(text: str) -> str:
    return " ".join(text.split())


@cache
def month_of(text: str) -> tuple[int, int]:
    return int(text[3:]), MONTHS.index(text[:3].upper()) + 1


def earlier(month: tuple[int, int], months: int) -> tuple[int, int]:
    total = month[0] * 12 + month[1] - 1 - months
    return total // 12, total % 12 + 1


def month_end(month: tuple[int, int]) -> date:
    following = earlier(month, -1)
    return date.fromordinal(date(following[0], following[1], 1).toordinal() - 1)


def wilson(count: float, total: float, z: float) -> tuple[float, float]:
    """Wilson score interval in its textbook form: centre and half-width, not the pipeline's rearrangement."""
    share = count / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return 100 * (centre - half), 100 * (centre + half)


def metric_values(release: Path, lookup: Path, names: Path, reissued: date, country: str) -> dict[tuple, dict]:
    """Every pc_05, pc_06 and pc_07 cell: (metric_key, area, first day, last day, breakdown_type, value) -> parts."""
    new_code = {row["ICB24CDH"]: row["ICB24CD"] for row in read_csv(names)}
    parent = {row["LOC22CD"]: row for row in read_csv(lookup)}

    def areas_at(sub_icb: str, day: date) -> list[str]:
        row = parent[sub_icb]
        icb = new_code[row["ICB22CDH"]] if day >= reissued else row["ICB22CD"]
        return [sub_icb, icb, row["NHSER22CD"], country]

    counts: dict[tuple, int] = defaultdict(int)
    for row in read_release(release):
        month, sub_icb, count = (
            month_of(row["APPOINTMENT_MONTH"]),
            row["SUB_ICB_LOCATION_ONS_CODE"],
            int(row["COUNT_OF_APPOINTMENTS"]),
        )
        counts[sub_icb, month, "none", "all"] += count
        for kind, column in KINDS.items():
            counts[sub_icb, month, kind, folded(row[column])] += count
    months = sorted({month for _, month, _, _ in counts})
    totals: dict[tuple, int] = defaultdict(int)
    for (sub_icb, month, kind, value), count in counts.items():
        for area in areas_at(sub_icb, month_end(month)):
            totals[area, month, month, kind, value] += count
        for end in (earlier(month, -ahead) for ahead in range(12)):
            if end in months and earlier(end, 11) in months:
                for area in areas_at(sub_icb, month_end(end)):
                    totals[area, earlier(end, 11), end, kind, value] += count
    return _metrics(totals, {row["ICB22CD"]: new_code[row["ICB22CDH"]] for row in parent.values()}, reissued)


def _metrics(totals: dict[tuple, int], successor: dict[str, str], reissued: date) -> dict[tuple, dict]:
    cells: dict[tuple, dict] = {}
    for (area, start, end, kind, value), count in totals.items():
        first, last = date(start[0], start[1], 1), month_end(end)
        cells["pc_05.v1", area, first, last, kind, value] = {"numerator": count, "value": count}
        if kind != "none":
            continue
        modes = {
            mode: totals.get((area, start, end, "appointment_mode", mode), 0)
            for mode in ("Face-to-Face", "Home Visit", "Unknown")
        }
        in_person = modes["Face-to-Face"] + modes["Home Visit"]
        for version, whole in ((1, count), (2, count - modes["Unknown"])):
            low, high = wilson(in_person, whole, 1.959963984540054)
            cells[f"pc_06.v{version}", area, first, last, "none", "all"] = {
                "numerator": in_person, "denominator": whole, "value": 100 * in_person / whole, "lower_95": low, "upper_95": high,
            }  # fmt: skip
        if start == end:
            continue
        for version in (1, 2):
            before = earlier(start, 12 * version), earlier(end, 12 * version)
            then = [
                code
                for code in (area, *(old for old, new in successor.items() if new == area))
                if (code, *before, "none", "all") in totals
            ]
            was = totals[then[0], *before, "none", "all"] if then else None
            cells[f"pc_07.v{version}", area, first, last, "none", "all"] = {
                "numerator": count, "denominator": was, "value": None if was is None else count - was,
            }  # fmt: skip
    return cells
