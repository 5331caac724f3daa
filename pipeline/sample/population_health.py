"""Population health of the fictional region: extracts of a year before, and the stop smoking statistics of 2025-26.

Belongs here: what local_extracts.py submits of operations, prevention and employment support, a year earlier and a little less, so that
there is a change to show; and people who set a quit date by council and quarter, in the file that NHS England publishes.
Does not belong here: rows of the extracts (local_extracts.py), the councils (ons_councils.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

from pipeline.sample import local_extracts
from pipeline.sample.chance import SEED, between, draws, shared_out
from pipeline.sample.files import CRLF, csv_text, write_text
from pipeline.sample.local_extracts import COMMUNITY, COUNCIL, ICB, Extract
from pipeline.sample.ons_councils import COUNTRY, COUNTY, REGION_OF_COUNCILS, UNITARY, Named

YEAR_BEFORE, QUARTER_BEFORE = "2023/24", "2024-07/2024-09"
EXTRACTS = (
    Extract(
        "lx_09_procedures_working_age", "spells", ICB, YEAR_BEFORE, partial(local_extracts.procedures_working_age, percent=93)
    ),
    Extract(
        "lx_10_prevention_services", "activity", COUNCIL, QUARTER_BEFORE, partial(local_extracts.prevention_services, percent=85)
    ),
    Extract(
        "lx_11_employment_support", "referrals", COMMUNITY, QUARTER_BEFORE,
        partial(local_extracts.employment_support, year=2024, percent=80),
    ),
)  # fmt: skip

QUITS = "stat-stop-smok-serv-eng-2025-26-q4.csv"
HEADER = (
    "FinancialYear", "Quarter", "OrgType", "OrgCode", "OrgName", "RegionCode", "RegionName", "Sex", "MonitoringCategoryType",
    "MonitoringCategory", "Total referred", "Recipients", "Set quit date", "Quit", "Not quit", "Not known", "Quit CO",
    "Unengaged quit", "Quit (%)", "Not quit (%)", "Not known (%)", "Quit CO (%)", "Quit CO of quitters (%)",
)  # fmt: skip
ALL_PERSONS, ALL_AGES = "All persons", "All ages"
SEXES = (("Male", 47), ("Female", 52), ("Other gender", 1))
AGES = (("Under 18", 1), ("18-34", 17), ("35-44", 19), ("45-59", 35), ("60 and over", 28))
# People who set a quit date in a quarter, about.
SIZES = {COUNTY: 820, UNITARY: 310}
# Of an area, sex and age: referred, set a quit date, quit, not quit, not known, quit as confirmed.
Counts = tuple[int, int, int, int, int, int]
# A percentage of fewer is not shown.
SMALLEST_BASE = 20


def write_files(folder: Path, seed: int = SEED) -> list[Path]:
    """Writes the stop smoking statistics and returns their path."""
    return [
        write_text(folder / QUITS, csv_text([HEADER, *_rows(seed)], CRLF)),
    ]


def _rows(seed: int) -> Iterator[tuple]:
    """England first, then the region, then councils; each with all its sexes and ages. The country and the region are the sums."""
    councils: dict[tuple[int, Named], dict[tuple[str, str], Counts]] = {
        (quarter, council): _of_council(size, draws(seed, "stop_smoking", council[0], quarter))
        for quarter in range(1, 5)
        for council, size in SIZES.items()
    }
    for quarter in range(1, 5):
        own = {council: councils[quarter, council] for council in SIZES}
        whole = {
            group: tuple(sum(found) for found in zip(*(one[group] for one in own.values()), strict=True))
            for group in next(iter(own.values()))
        }
        areas = (("National", COUNTRY, COUNTRY, whole), ("LARegion", REGION_OF_COUNCILS, REGION_OF_COUNCILS, whole))
        for kind, area, region, counts in (*areas, *(("LA", one, REGION_OF_COUNCILS, own[one]) for one in own)):
            for (sex, age), found in counts.items():
                yield ("2025-26", quarter, kind, *area, *region, sex, "Age band", age, *_figures(found))


def _of_council(size: int, chance: Random) -> dict[tuple[str, str], Counts]:
    """Counts of a council's quarter by sex and age, the sums of each included."""
    cells = [((sex, age), sex_share * age_share) for sex, sex_share in SEXES for age, age_share in AGES]
    people = dict(shared_out(size * between(chance, 85, 115) // 100, cells, chance))
    found: dict[tuple[str, str], list[int]] = {}
    for (sex, age), quit_date in people.items():
        quits = quit_date * between(chance, 42, 58) // 100
        not_known = (quit_date - quits) * between(chance, 30, 60) // 100
        counts = [
            quit_date * between(chance, 130, 170) // 100, quit_date, quits, quit_date - quits - not_known, not_known,
            quits * between(chance, 15, 35) // 100,
        ]  # fmt: skip
        for group in {(ALL_PERSONS, ALL_AGES), (ALL_PERSONS, age), (sex, ALL_AGES), (sex, age)}:
            found[group] = [one + more for one, more in zip(found.get(group, [0] * 6), counts, strict=True)]
    order = [(sex, age) for sex in (ALL_PERSONS, *dict(SEXES)) for age in (ALL_AGES, *dict(AGES))]
    return {group: tuple(found[group]) for group in order}


def _figures(counts: Counts) -> tuple[str, ...]:
    """Counts and percentages as published: a colon where a column is not filled, * for a small base, z for none."""
    referred, quit_date, quits, not_quit, not_known, confirmed = counts
    shares = [(part, quit_date) for part in (quits, not_quit, not_known, confirmed)] + [(confirmed, quits)]
    return (
        f"{referred}.0", ":", *(f"{one}.0" for one in (quit_date, quits, not_quit, not_known, confirmed)), ":",
        *("z" if not base else "*" if base < SMALLEST_BASE else f"{100 * part / base:.1f}" for part, base in shares),
    )  # fmt: skip
