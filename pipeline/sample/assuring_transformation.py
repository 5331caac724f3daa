"""LX-35 of the fictional region: who was in hospital in each of fourteen months, as a commissioner's record of Assuring Transformation.

Belongs here: people who do not exist, their spells from before October 2024 to November 2025, and what the record said of each at the
end of every month. Some come back within thirty days or within a year, some move between hospitals, one is on extended leave under
section 17, who is counted until October 2024 only. Pseudonyms are of the domain `synthetic`.
Does not belong here: other extracts of people (person_extracts.py), the file of MHSDS (mhsds_lda.py), which counts other people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from pipeline.privacy.reduce import age_band
from pipeline.sample.chance import between
from pipeline.sample.local_extracts import ICB, Extract, pseudonym_of

FIRST, LAST = date(2024, 10, 1), date(2025, 11, 1)
IN_HOSPITAL_AT_FIRST = 42
PROVIDERS = ("RZ1", "RZ2", "RZ3")
SECURITY = ("general", "low", "low", "medium", "general", "picu")
LEGAL = ("informal", "part_2", "part_2", "part_3", "part_3_restricted", "part_2", "informal", "other")
CATEGORIES = ("ld", "autism", "autism", "ld_and_autism", "ld", "autism")
DESTINATIONS = (
    "supported_housing", "family_home", "family_home", "residential_care", "supported_housing", "acute_hospital", "independent_living",
)  # fmt: skip
REASONS = (
    "LackOfSuitableHousingProvision",
    "AwaitingCarePackageOwnHome",
    "LackOfLocalSocialCareSupport",
    "AwaitingResidentialHome",
)
PARTIES = ("Patient", "FamilyCarer", "ProviderClinicalTeam", "Commissioners", "Advocate", "LocalCommunitySupportTeam")
AWAY = ("NoLocalSpecialistBed", "NoLocalBed", "MoreSpecialist", "CloserToFamily")


@dataclass(frozen=True)
class Spell:
    """One stay of one person. `number` tells the person, `born` only gives the age band of each month."""

    number: int
    born: date
    start: date
    end: date | None
    admission_type: str
    destination: str | None
    provider: str


def spells(chance: Random) -> list[Spell]:
    """Every spell that was open on some day of the fourteen months, in the order of people."""
    found = [_of_the_first_month(chance, number) for number in range(1, IN_HOSPITAL_AT_FIRST + 1)]
    # Of those who leave first one comes back within the year, so that a year of following up has something to find.
    first = min((one for one in found if one.end), key=lambda one: one.end)
    back = first.end + timedelta(days=200)
    found.append(replace(first, start=back, end=None, admission_type="readmission", destination=None))
    number = IN_HOSPITAL_AT_FIRST
    for month in months():
        for _ in range(between(chance, 4, 7)):
            number += 1
            found += _admitted(chance, number, month)
    return [one for one in found if one.start <= last_day(LAST)]


def months() -> list[date]:
    """The first days of the months, oldest first."""
    ordinals = range(FIRST.year * 12 + FIRST.month - 1, LAST.year * 12 + LAST.month)
    return [date(ordinal // 12, ordinal % 12 + 1, 1) for ordinal in ordinals]


def last_day(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _of_the_first_month(chance: Random, number: int) -> Spell:
    """Who was there before: a third for less than a year, a few for more than ten. Half of them leave within the fourteen months."""
    years = (0, 0, 1, 1, 2, 3, 4, 6, 7, 12)[number % 10]
    start = FIRST - timedelta(days=365 * years + between(chance, 20, 330))
    leaves = number % 2 == 0
    end = FIRST + timedelta(days=between(chance, 3, 415)) if leaves else None
    return Spell(
        number, _born(chance, number, start), start, end, ("first_in_year", "first_in_year", "transfer")[number % 3],
        _destination(number) if leaves else None, PROVIDERS[number % 3],
    )  # fmt: skip


def _admitted(chance: Random, number: int, month: date) -> Iterator[Spell]:
    """Who came in a month, with what followed within the fourteen months: a move, or an admission anew."""
    start = month + timedelta(days=between(chance, 0, 27))
    born, provider = _born(chance, number, start), PROVIDERS[number % 3]
    stay = timedelta(days=between(chance, 4, 20) if number % 7 == 0 else between(chance, 40, 190))
    moves, returns = number % 9 == 4, number % 4 == 1
    end = start + stay
    yield Spell(
        number, born, start, end if end <= last_day(LAST) else None, "first_in_year",
        None if end > last_day(LAST) else "hospital_transfer" if moves else _destination(number), provider,
    )  # fmt: skip
    if moves or returns:
        again = (
            end
            if moves
            else end + timedelta(days=between(chance, 6, 26) if number % 8 == 1 else between(chance, 60, 150))
        )
        end_again = again + timedelta(days=between(chance, 25, 120))
        left = end_again <= last_day(LAST)
        yield Spell(
            number, born, again, end_again if left else None, "transfer" if moves else "readmission",
            _destination(number + 1) if left else None, PROVIDERS[(number + 1) % 3],
        )  # fmt: skip


def _born(chance: Random, number: int, start: date) -> date:
    """Of each five one is under 18 at the admission: some turn 18 in hospital."""
    years = (
        between(chance, 13, 17)
        if number % 5 == 2
        else between(chance, 18, 24)
        if number % 5 == 3
        else between(chance, 25, 66)
    )
    return start - timedelta(days=years * 365 + between(chance, 10, 360))


def _destination(number: int) -> str:
    return "died" if number % 31 == 0 else DESTINATIONS[number % len(DESTINATIONS)]


def _rows(chance: Random) -> Iterator[dict[str, object]]:
    held = spells(chance)
    for month in months():
        for one in held:
            if one.start <= last_day(month) and (one.end is None or one.end >= month):
                yield _recorded(one, month)


def _recorded(one: Spell, month: date) -> dict[str, object]:
    """What the record said of a spell at the end of a month."""
    number, day = one.number, last_day(month)
    ended = one.end is not None and one.end <= day
    band = age_band(one.born, day)
    young = band in ("0-13", "14-17", "18-24")
    stayed = ((one.end if ended else day) - one.start).days
    delayed = not ended and stayed > 120 and number % 5 == 1
    legal = not ended and number % 11 == 5
    care_plan = "active_treatment" if number % 8 == 3 else "working_towards_discharge"
    planned = number % 8 not in (0, 3) and not legal
    away = number % 3 == 0
    reviewed = stayed > 25 and number % 13 != 0
    # A plan that is kept moves on each quarter; every tenth stays where it was, and is overdue.
    plan = one.start + timedelta(days=200) if number % 10 == 6 else day + timedelta(days=30 + 15 * (number % 9))
    return {
        "month": f"{month:%Y-%m}",
        "person": pseudonym_of("inpatient", number),
        "age_band": band,
        "sex": ("male", "male", "female")[number % 3],
        "category": CATEGORIES[number % len(CATEGORIES)],
        "originating_icb": ICB,
        "commissioner_type": "nhs_england" if number % 6 == 1 else "provider_collaborative" if number % 4 == 1 else "icb",
        "provider_ods": one.provider,
        "episode_start": one.start,
        "episode_end": one.end if ended else None,
        "admission_type": one.admission_type,
        "admission_plan": ("unplanned", "planned", "unplanned", "not known")[number % 4],
        "admission_source": "51" if one.admission_type == "transfer" else "19",
        "registered": (None, "yes", "no", "yes")[number % 4],
        "ward_security": SECURITY[number % len(SECURITY)],
        "legal_status": LEGAL[number % len(LEGAL)],
        "distance_km": None if number % 14 == 0 else f"{(number * 17) % 140 + 2}.5",
        "care_plan": "delayed" if delayed else "legal_restrictions" if legal else care_plan,
        "delay_reasons": ";".join(REASONS[: 1 + number % len(REASONS)]) if delayed else None,
        "planned_discharge": plan if planned else None,
        "plan_agreed_by": ";".join(PARTIES[: 1 + number % len(PARTIES)]) if planned else None,
        "destination": one.destination if ended else None,
        "out_of_area": "yes" if away else "no",
        "out_of_area_reasons": AWAY[number // 3 % len(AWAY)] if away else None,
        "ehcp": ("yes", "no", "yes")[number % 3] if young else None,
        "keyworker": ("yes", "yes", "no")[number % 3] if young else None,
        "s17_leave": "yes" if number % 23 == 0 else "no",
        "last_ctr": one.start + timedelta(days=21 + (stayed - 21) // 170 * 170) if reviewed else None,
        "ctr_outcome": str(1 + number % 9) if reviewed else None,
        "last_visit": day - timedelta(days=10 + number % 7 * 12) if away and stayed > 100 else None,
    }  # fmt: skip


EXTRACTS = (Extract("lx_35_assuring_transformation", "spells", ICB, f"{LAST:%Y-%m}", _rows, "month"),)
