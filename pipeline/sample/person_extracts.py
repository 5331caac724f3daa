"""The person-level extracts LX-22 to LX-25 of the fictional region: a cohort of people who do not exist, and what support changed.

Belongs here: sixty people with pseudonyms of the domain `synthetic` (the first twenty are those of the reviews of LX-17),
their packages, spells and scores, so that the linked cohort has something to follow: fewer admissions after a package begins.
Postcodes and dates of birth are left to the tests of the door: here are bands and small areas outside the allocated ranges.
Does not belong here: the other extracts (local_extracts.py), what becomes of NHS Numbers (privacy).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from pipeline.privacy.reduce import AGE_BANDS, bands
from pipeline.sample.chance import SEED, between
from pipeline.sample.local_extracts import COUNCIL, ICB, LSOAS, MONTH, Extract, pseudonym_of

PEOPLE = 60
FIRST_START, LAST_START = date(2024, 9, 1), date(2025, 4, 30)
WINDOW = timedelta(days=182)
# How many of the sixty begin each kind of package: respite stays below the least count that a mart shows.
PACKAGES = (
    ("supported_living", 26), ("home_care", 17), ("shared_lives", 8), ("individual_service_fund", 6), ("respite", 3),
)  # fmt: skip
WEEKLY = {
    "supported_living": 1450,
    "home_care": 420,
    "shared_lives": 510,
    "individual_service_fund": 890,
    "respite": 310,
}


def person(number: int) -> str:
    """The pseudonym of one of the people, from 1."""
    return pseudonym_of("person", number)


def package_of(number: int) -> tuple[str, date]:
    """The kind and the first day of the package that a person began."""
    left = number
    for kind, people in PACKAGES:
        if left <= people:
            days = (LAST_START - FIRST_START).days
            return kind, FIRST_START + timedelta(days=(number * 37) % days)
        left -= people
    raise ValueError(f"there is no person {number}")


def _people(chance: Random) -> Iterator[dict]:
    ages = bands(AGE_BANDS)
    for number in range(1, PEOPLE + 1):
        on_register = ("dsr", "both", "ld")[number % 3]
        yield {
            "person": person(number),
            "age_band": ages[1 + between(chance, 0, 5)],
            "sex": ("male", "male", "female")[between(chance, 0, 2)],
            "lsoa21": LSOAS[between(chance, 0, len(LSOAS) - 1)] if number % 20 else None,
            "practice_ods": f"Z9{number:04}" if number % 15 else None,
            "register": on_register,
            "cohort": ("ld", "ld", "both", "autism")[number % 4],
            "risk": None if on_register == "ld" else ("amber", "green", "green", "red")[between(chance, 0, 3)],
            "in_hospital": "no",
            "keyworker": ("yes", "no")[number % 2] if number % 7 == 0 else None,
            "complexity": ("standard", "high", "very_high")[number % 3],
            "housing_need": ("settled", "settled", "own_tenancy", "adapted_home")[number % 4],
            "turns_18": None,
        }


def _packages(chance: Random) -> Iterator[dict]:
    for number in range(1, PEOPLE + 1):
        kind, started = package_of(number)
        cost = WEEKLY[kind] * between(chance, 80, 125) // 100
        earlier = number % 3 == 0
        if earlier:
            yield _package(chance, number, "home_care" if kind != "home_care" else "day_opportunities", started - timedelta(days=400),
                           started - timedelta(days=1), 180 + between(chance, 0, 120))  # fmt: skip
        ended = started + timedelta(days=260) if number % 17 == 0 else None
        yield _package(chance, number, kind, started, ended, cost)


def _package(chance: Random, number: int, kind: str, started: date, ended: date | None, cost: int) -> dict:
    return {
        "person": person(number), "package_start": started, "package_end": ended, "package_type": kind,
        "weekly_cost_gbp": f"{cost}.{between(chance, 0, 99):02}",
        "payer": ("council", "council", "icb_s117", "pooled")[number % 4],
        "family_support_hours": f"{between(chance, 0, 60)}.5" if number % 5 else None,
    }  # fmt: skip


def _spells(chance: Random) -> Iterator[dict]:
    for number in range(1, PEOPLE + 1):
        _, started = package_of(number)
        for at in range(number % 3):
            yield _spell(chance, number, started - timedelta(days=between(chance, 40, 170) - 30 * at), 10, 34)
        if number % 6 == 0:
            yield _spell(chance, number, started + timedelta(days=between(chance, 15, 120)), 3, 15)


def _spell(chance: Random, number: int, admitted: date, least: int, most: int) -> dict:
    nights = between(chance, least, most)
    in_unit = number % 2 == 0
    return {
        "person": person(number), "provider_ods": ("RZ1", "RZ2")[number % 2], "admission_date": admitted,
        "discharge_date": admitted + timedelta(days=nights),
        "admission_method": ("emergency", "emergency", "elective")[number % 3],
        "specialty": "700" if in_unit else "300", "unit_type": "ld_autism" if in_unit else "acute",
        "cost_gbp": f"{nights * (640 if in_unit else 410)}.00" if number % 11 else None,
    }  # fmt: skip


def _scores(chance: Random) -> Iterator[dict]:
    for number in range(1, PEOPLE + 1):
        _, started = package_of(number)
        before = between(chance, 25, 95)
        for day, score in (
            (started - timedelta(days=30), before),
            (started + timedelta(days=150), before * between(chance, 60, 100) // 100),
        ):
            group = "very_high" if score >= 80 else "high" if score >= 60 else "medium" if score >= 35 else "low"
            yield {
                "person": person(number),
                "tool": "local",
                "score": f"{score}.5",
                "risk_group": group,
                "scored_on": day,
            }


EXTRACTS = (
    Extract("lx_22_register_person", "people", ICB, MONTH, _people, "month"),
    Extract("lx_23_care_package", "packages", COUNCIL, MONTH, _packages, "month"),
    Extract("lx_24_hospital_spell", "spells", ICB, MONTH, _spells, "month"),
    Extract("lx_25_risk_score", "scores", ICB, MONTH, _scores, "month"),
)


def known_totals(seed: int = SEED) -> dict[str, int]:
    """Rows by dataset and table."""
    return {f"{one.dataset}/{one.table}": len(one.filled(seed)) for one in EXTRACTS}
