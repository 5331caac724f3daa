"""Building the Right Support in the fictional region: 120 people who do not exist, from a register through hospital into the community.

Belongs here: what the extracts LX-17, LX-22, LX-23 and LX-24 say of them over three quarters (reviews and actions month by month, the
register at the ends of quarters, packages and spells as they stood in November 2025), the register as counts (LX-18) in four months that
add up from one to the next, and the programme's figures (LX-19) of the two quarters before. What became of a person follows from their
number, so that an oracle can follow it too. Pseudonyms are of the domain `synthetic`.
Does not belong here: the extracts of one month (local_extracts.py), the cohort of packages (person_extracts.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipeline.sample import local_extracts
from pipeline.sample.chance import between
from pipeline.sample.local_extracts import (
    COMMUNITY,
    COUNTY,
    ICB,
    LSOAS,
    MONTH,
    SMALL,
    SUPPRESSED,
    UNITARY,
    Extract,
    pseudonym_of,
)

PEOPLE = range(120)
FIRST_NUMBER = 201
REVIEW_MONTHS = tuple(f"2025-{month:02}" for month in range(1, 10))
REGISTER_MONTHS = ("2024-12", "2025-03", "2025-06", "2025-09")
COUNT_MONTHS = ("2025-06", "2025-07", "2025-08", "2025-09")
TOLD_TO = date(2025, 11, 30)
COMPLEXITIES = ("standard", "high", "very_high")
WEEK_IN_COMMUNITY = {"standard": 640, "high": 1480, "very_high": 2950}
NIGHT_IN_HOSPITAL = {"standard": 520, "high": 640, "very_high": 810}
# A commissioner of specialised beds, outside every allocated code.
SPECIALISED = "9Z9"

Rows = Iterator[dict[str, object]]


@dataclass(frozen=True)
class Stay:
    """A spell in a unit: from when, to when (None while it lasts), how it began."""

    admitted: date
    left: date | None
    method: str
    provider: str

    def holds(self, day: date) -> bool:
        """Whether the person is in hospital at the end of a day."""
        return self.admitted <= day and (self.left is None or day < self.left)


def person(number: int) -> str:
    """The pseudonym of one of the people, from 0."""
    return pseudonym_of("person", FIRST_NUMBER + number)


def is_young(number: int) -> bool:
    return number % 5 == 0


def complexity(number: int) -> str:
    return COMPLEXITIES[number // 2 % 3]


def stays(number: int) -> list[Stay]:
    """Two of three people were admitted, each twentieth by transfer; a few were moved on to another hospital."""
    if number % 3 == 2:
        return []
    admitted = date(2025, 1, 4) + timedelta(days=number * 17 % 246)
    left = admitted + timedelta(days=20 + number * 13 % 190)
    method = "transfer" if number % 20 == 7 else "elective" if number % 4 == 1 else "emergency"
    if left > TOLD_TO:
        return [Stay(admitted, None, method, COMMUNITY)]
    found = [Stay(admitted, left, method, COMMUNITY)]
    if number % 18 == 6 and left + timedelta(days=30) <= TOLD_TO:
        found.append(Stay(left, left + timedelta(days=30), "transfer", "RZ1"))
    return found


def _month_end(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)


# --- reviews ----------------------------------------------------------------------------------------------------------


def _all_reviews(number: int) -> Iterator[tuple[str, date, date, Stay | None]]:
    """Kind, day, last day allowed and spell of every review of a person."""
    stay = next(iter(stays(number)), None)
    if stay is None:
        day = date(2025, 1, 8) + timedelta(days=number * 29 % 262)
        yield "community_preadmission", day, day + timedelta(days=number % 9 * 3 - 6), None
        return
    was_reviewed = number % 8 in (0, 2, 4)
    if was_reviewed:
        yield "community_preadmission", stay.admitted - timedelta(days=9), stay.admitted, None
    if number % 8 == 3:
        yield "laep", stay.admitted - timedelta(days=1), stay.admitted, None
    limit = 14 if is_young(number) else 28
    after = stay.admitted + timedelta(days=limit - 12 + number * 7 % 17)
    if not was_reviewed and stay.holds(after):
        yield "post_admission", after, stay.admitted + timedelta(days=limit), stay
    later = stay.admitted + timedelta(days=70 + number % 15)
    if stay.holds(later):
        yield "inpatient", later, later + timedelta(days=number % 7 * 5 - 5), stay


def _reviews_of(month: str) -> Callable[[Random], Rows]:
    def rows(chance: Random) -> Rows:
        for number in PEOPLE:
            for kind, day, due, stay in _all_reviews(number):
                if f"{day:%Y-%m}" == month:
                    yield _review(number, kind, day, due, stay)

    return rows


def _review(number: int, kind: str, day: date, due: date, stay: Stay | None) -> dict[str, object]:
    status = "refused" if number % 7 == 5 else "postponed" if number % 13 == 6 else "held"
    answered = status == "held"
    at = number + (kind == "inpatient")
    outcome = "8" if status == "refused" else "9" if status == "postponed" or not stay else "23145672"[at % 8]
    return {
        "person": person(number),
        "age_group": "u18" if is_young(number) else "18+",
        "ctr_type": f"cetr_{kind}" if is_young(number) else kind,
        "review_status": status,
        "ctr_date": day,
        "scheduled_date": day + timedelta(days=90 if is_young(number) else 182) if stay else None,
        "due_date": due,
        "admission_date": stay.admitted if stay else None,
        "admission_plan": ("planned" if stay.method == "elective" else "unplanned") if stay else None,
        "ward_security": ("general", "general", "low", "medium", "picu")[number % 5] if stay else None,
        "safe": ("yes", "yes", "partly", "yes", "no")[at % 5] if answered else None,
        "current_care": ("yes", "partly", "yes", "no")[at % 4] if answered else None,
        "plan_in_place": ("yes", "no", "partly")[at % 3] if answered else None,
        "needs_hospital": ("no", "yes", "no", "unclear", "no")[at % 5] if answered else None,
        "outcome_code": outcome,
        "ebe_present": "yes" if answered and kind != "laep" and number % 3 else "no",
        "family_present": "yes" if answered and number % 2 else "no",
        "commissioner_ods": SPECIALISED if number % 5 == 3 else ICB,
    }


def _actions_of(month: str) -> Callable[[Random], Rows]:
    def rows(chance: Random) -> Rows:
        owners = ("provider", "commissioner", "local_authority", "housing", "community_team")
        for review in _reviews_of(month)(chance):
            if review["review_status"] != "held":
                continue
            number, day = _number_of(review["person"]), review["ctr_date"]
            for action in range(1, 2 + number % 3):
                took = 10 + number * action * 7 % 60
                yield {
                    "person": review["person"],
                    "ctr_date": day,
                    "action_no": action,
                    "owner": owners[(number + action) % len(owners)],
                    "due_date": day + timedelta(days=28 * action),
                    "done_date": None if (number + action) % 4 == 0 else day + timedelta(days=took),
                }

    return rows


NUMBERS = {person(number): number for number in PEOPLE}


def _number_of(pseudonym: object) -> int:
    return NUMBERS[str(pseudonym)]


# --- people, spells and packages --------------------------------------------------------------------------------------


def _register_of(month: str) -> Callable[[Random], Rows]:
    def rows(chance: Random) -> Rows:
        end, at = _month_end(month), REGISTER_MONTHS.index(month)
        for number in PEOPLE:
            if number % 9 == 8 and at < 2:
                continue  # came onto the register in the second quarter
            inside = any(stay.holds(end) for stay in stays(number))
            young = is_young(number)
            yield {
                "person": person(number),
                "age_band": "14-17" if young else ("18-24", "25-34", "35-49", "50-64")[number % 4],
                "sex": ("male", "female", "male")[number % 3],
                "lsoa21": LSOAS[number % len(LSOAS)] if number % 20 else None,
                "practice_ods": None,
                "register": ("dsr", "both")[number % 2],
                "cohort": ("ld", "both", "autism")[number // 3 % 3],
                "risk": "blue"
                if inside
                else ("green", "amber", "red", "amber", "green", "green")[(number + at * (1 + number % 3)) % 6],
                "in_hospital": "yes" if inside else "no",
                "keyworker": ("yes", "yes", "no")[number % 3] if young else None,
                "complexity": complexity(number),
                "housing_need": ("settled", "own_tenancy", "settled", "shared_home", None, "adapted_home")[
                    (number + at) % 6
                ],
                "turns_18": ("yes" if number % 10 == 0 else "no") if young else None,
            }

    return rows


def _spells(chance: Random) -> Rows:
    for number in PEOPLE:
        for stay in stays(number):
            nights = ((stay.left or TOLD_TO + timedelta(days=1)) - stay.admitted).days
            yield {
                "person": person(number),
                "provider_ods": stay.provider,
                "admission_date": stay.admitted,
                "discharge_date": stay.left,
                "admission_method": stay.method,
                "specialty": "700" if number % 2 else "710",
                "unit_type": "ld_autism" if number % 2 else "mental_health",
                "cost_gbp": f"{nights * NIGHT_IN_HOSPITAL[complexity(number)]}.00" if number % 10 != 9 else None,
            }


def _packages(chance: Random) -> Rows:
    for number in PEOPLE:
        found = stays(number)
        left = found[-1].left if found else None
        if not found:
            started = date(2024, 5, 6) + timedelta(days=number * 11 % 300)
        elif number % 6 == 1:
            started = found[0].admitted - timedelta(days=100)  # kept open while the person was in hospital
        elif left is not None and number % 7 != 3:
            started = left + timedelta(days=number % 5 * 9)
        else:
            continue
        if started > TOLD_TO:
            continue
        cost = WEEK_IN_COMMUNITY[complexity(number)] * between(chance, 85, 115) // 100
        package = {
            "person": person(number),
            "package_start": started,
            "package_end": started + timedelta(days=60) if number % 19 == 4 else None,
            "package_type": ("supported_living", "home_care", "shared_lives", "residential_care")[number % 4],
            "weekly_cost_gbp": f"{cost}.50",
            "payer": ("council", "icb_s117")[number % 2],
            "family_support_hours": f"{number % 8 * 5}.5" if number % 3 else None,
        }
        yield package
        if number % 10 == 2:
            yield package | {"payer": "pooled", "weekly_cost_gbp": "210.25", "family_support_hours": None}


# --- counts -----------------------------------------------------------------------------------------------------------


def _counts_of(month: str) -> Callable[[Random], Rows]:
    """The register of a month: people of the month before, those who came, less those who left, in every row."""

    def rows(chance: Random) -> Rows:
        for utla in (COUNTY, UNITARY):
            for age in ("u18", "18-25", "26+"):
                for cohort in ("ld", "autism", "both"):
                    for risk in ("red", "amber", "green", "blue"):
                        people = between(chance, 4, 22) if risk in ("red", "blue") else between(chance, 20, 60)
                        of_month = {}
                        for one in COUNT_MONTHS:
                            added, removed = between(chance, 0, 9), min(between(chance, 0, 8), people)
                            people += added - removed
                            of_month[one] = (people, added, removed)
                        yield _counted(chance, utla, age, cohort, risk, *of_month[month])

    return rows


def _counted(
    chance: Random, utla: str, age: str, cohort: str, risk: str, people: int, added: int, removed: int
) -> dict:
    young = age != "26+"
    return {
        "utla": utla, "age_group": age, "cohort": cohort, "risk": risk, "consent": "all", "people": _shown(people),
        "admitted": _shown(min(added, people) if risk == "blue" else 0),
        "ehcp": _shown(people if age == "u18" else people * between(chance, 30, 80) // 100) if young else local_extracts.NOT_APPLICABLE,
        "keyworker": _shown(people * between(chance, 20, 90) // 100) if young else local_extracts.NOT_APPLICABLE,
        "ctr_in_6m": _shown(people * between(chance, 30, 100) // 100), "added": _shown(added), "removed": _shown(removed),
    }  # fmt: skip


def _shown(number: int) -> str:
    return SUPPRESSED if 0 < number < SMALL else str(number)


EXTRACTS = (
    *(
        Extract("lx_17_ctr", "reviews", COMMUNITY, month, _reviews_of(month), "month", "lx_17_ctr_reviews")
        for month in REVIEW_MONTHS
    ),
    *(
        Extract("lx_17_ctr", "actions", COMMUNITY, month, _actions_of(month), "month", "lx_17_ctr_actions")
        for month in REVIEW_MONTHS
    ),
    *(
        Extract("lx_18_dynamic_support_register", "register", ICB, month, _counts_of(month), "month", apart="months")
        for month in COUNT_MONTHS
    ),
    *(
        Extract("lx_19_brs_programme", "measures", ICB, quarter, local_extracts.brs_programme, apart=quarter)
        for quarter in ("2025-01/2025-03", "2025-04/2025-06")
    ),
    *(
        Extract("lx_22_register_person", "people", COMMUNITY, month, _register_of(month), "month")
        for month in REGISTER_MONTHS
    ),
    Extract("lx_23_care_package", "packages", ICB, MONTH, _packages, "month"),
    Extract("lx_24_hospital_spell", "spells", COMMUNITY, MONTH, _spells, "month"),
)
