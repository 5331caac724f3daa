"""The practices and primary care networks of the fictional locations, and what becomes of them over time.

Belongs here: codes, names, sizes, openings, closures and moves, as a pure function of seed and location. What happens
is what the marts must survive: a practice that opens, one that closes, one that changes its network, one without a
network, one that sends no appointments, one that ODS knows and no patient list, dormant ones and ones long closed.
Codes: practices are Z9nnnn (then Z8nnnn): no code of epraccur, 2019 to 2026, begins with Z. Networks are U and five
digits like real ones, which are spread over the whole range; ours lie in its widest gaps. Postcodes are in XZ: no
postcode area begins with Q, V or X. Telephone numbers are 01632 960nnn, which are kept for drama.
Does not belong here: the places (geography.py), any file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.sample.chance import SEED, between, draws
from pipeline.sample.geography import Icb, SubIcbLocation, town

OPENS, CLOSES, MOVES = date(2025, 7, 1), date(2025, 8, 31), date(2025, 10, 1)
LONG_OPEN, LONG_CLOSED, NETWORKS_FORMED = date(1974, 4, 1), date(2018, 3, 31), date(2019, 10, 1)

# Gaps of the allocated network codes in the ePCN workbooks and practice maps up to December 2025, in blocks of 20:
# one location has one block.
NETWORK_CODE_GAPS = (
    (22507, 23361), (41042, 41522), (73479, 73922), (35005, 35437), (18495, 18887), (80781, 81167), (32373, 32759),
    (83605, 83989),
)  # fmt: skip
NETWORKS_PER_LOCATION = 20
# Per cent of practices; written as the crosstab does. The patient lists name the first of two systems.
SUPPLIERS = (("EMIS", 57), ("TPP", 40), ("EMIS/EVERGREENLIFE", 1), ("TPP/EVERGREENLIFE", 1), ("TPP/EMIS", 1))
KINDS = (
    "SURGERY", "MEDICAL CENTRE", "HEALTH CENTRE", "MEDICAL PRACTICE", "GROUP PRACTICE", "FAMILY PRACTICE",
    "HEALTH CENTRE, PRACTICE 2", "SURGERY & PARTNERS",
)  # fmt: skip
STREETS = ("HIGH STREET", "STATION ROAD", "CHURCH LANE", "MILL LANE", "THE GREEN", "NEW ROAD", "PARK AVENUE")
# The letters that the second half of a postcode may have.
INWARD = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True)
class Network:
    """A primary care network of a location."""

    code: str
    name: str
    place: str
    postcode: str


@dataclass(frozen=True)
class Membership:
    """A practice in a network from the day `start` to the day `end`, both included; None: to this day."""

    network: Network
    start: date
    end: date | None


@dataclass(frozen=True)
class Practice:
    """A practice. `listed`: it has a patient list; `sends`: its appointments are collected; `size`: its weight."""

    code: str
    name: str
    icb: Icb
    location: SubIcbLocation
    place: str
    street: str
    postcode: str
    supplier: str
    size: int
    opened: date
    closed: date | None
    dormant: bool
    listed: bool
    sends: bool
    memberships: tuple[Membership, ...]

    def is_open(self, day: date) -> bool:
        return self.opened <= day and (self.closed is None or day <= self.closed)

    def on_list(self, day: date) -> bool:
        """Whether the patient lists drawn on `day` name it."""
        return self.listed and self.is_open(day)

    def network(self, day: date) -> Network | None:
        """Its network on `day`; None where it is in none."""
        current = (one for one in self.memberships if one.start <= day and (one.end is None or day <= one.end))
        return next((one.network for one in current), None)


@dataclass(frozen=True)
class CostCentre:
    """A prescribing cost centre that is no practice: a hub, a clinic, a prison. `setting` is a number as before 2023."""

    code: str
    name: str
    icb: Icb
    location: SubIcbLocation
    place: str
    street: str
    postcode: str
    setting: str
    opened: date
    closed: date | None


def networks(seed: int, location: SubIcbLocation) -> tuple[Network, ...]:
    """The networks of a location, of three to six practices each."""
    sizes = draws(seed, location.code, "networks")
    left, found = location.practices, []
    while left > 0:
        number = len(found)
        place = town(location.number * 31 + number * 7)
        found.append(
            Network(
                _network_code(location, number), f"{place.upper()} PCN", place, _postcode(location, 90 + number % 10)
            )
        )
        left -= between(sizes, 3, 6) if number < NETWORKS_PER_LOCATION - 1 else left
    return tuple(found)


def practices(seed: int, icb: Icb, location: SubIcbLocation) -> tuple[Practice, ...]:
    """Every practice a location ever had, in the order of their codes; those after `location.practices` are on no list."""
    chance = draws(seed, location.code, "practices")
    held = networks(seed, location)
    third = location.number % 3
    found = []
    for at in range(location.practices + 3):
        listed = at < location.practices
        opened, closed, dormant = LONG_OPEN, None, False
        network = held[at * len(held) // location.practices] if listed else None
        memberships = (Membership(network, NETWORKS_FORMED, None),) if network else ()
        if at == 1 and third == 1:
            closed = CLOSES
            memberships = (Membership(network, NETWORKS_FORMED, CLOSES),)
        elif at == 2 and third == 2:
            opened = OPENS
            memberships = (Membership(network, OPENS, None),)
        elif at == 3 and third == 1 and len(held) > 1:
            other = held[-1] if network != held[-1] else held[0]
            memberships = (
                Membership(network, NETWORKS_FORMED, date.fromordinal(MOVES.toordinal() - 1)),
                Membership(other, MOVES, None),
            )
        elif at == 4 and location.number % 4 == 0:
            memberships = ()
        elif at == location.practices:
            closed = LONG_CLOSED
        elif at == location.practices + 1:
            dormant = True
        place = town(location.number * 31 + at * 7)
        found.append(
            Practice(
                code=_code(location, at),
                name=f"{place.upper()} {KINDS[between(chance, 0, len(KINDS) - 1)]}",
                icb=icb,
                location=location,
                place=place,
                street=f"{between(chance, 1, 99)} {STREETS[between(chance, 0, len(STREETS) - 1)]}",
                postcode=_postcode(location, at),
                supplier=_supplier(between(chance, 1, 100)),
                size=between(chance, 40, 160),
                opened=opened,
                closed=closed,
                dormant=dormant,
                listed=listed,
                sends=listed and not (at == 5 and third == 0),
                memberships=memberships,
            )
        )
    return tuple(found)


def cost_centres(seed: int, icb: Icb, location: SubIcbLocation) -> tuple[CostCentre, ...]:
    """Some prescribing cost centres of a location that are no practices, in the order of their codes."""
    chance = draws(seed, location.code, "cost centres")
    found = []
    for at, (kind, setting, closed) in enumerate(
        (
            ("OUT OF HOURS HUB", "2", None), ("WALK IN CENTRE", "1", LONG_CLOSED), ("COMMUNITY CLINIC", "8", None),
            ("EXTENDED ACCESS HUB", "0", None), ("DERMATOLOGY SERVICE", "9", None),
        ),
        start=90,
    ):  # fmt: skip
        place = town(location.number * 31 + at * 7)
        found.append(
            CostCentre(
                _code(location, at), f"{place.upper()} {kind}", icb, location, place,
                f"{between(chance, 1, 99)} {STREETS[between(chance, 0, len(STREETS) - 1)]}", _postcode(location, at),
                setting, date(2012, 4, 1), closed,
            )
        )  # fmt: skip
    return tuple(found)


def everywhere(icbs: Sequence[Icb], seed: int = SEED) -> Iterator[Practice]:
    """Every practice of `icbs`, in the order of the codes of their locations' numbers."""
    for icb in icbs:
        for location in icb.locations:
            yield from practices(seed, icb, location)


def patients(seed: int, location_practices: Sequence[Practice], day: date) -> dict[str, int]:
    """Patients by practice code on the lists drawn on `day`, for the practices of one location: two for a monthly appointment."""
    months = (day.year - 2023) * 12 + day.month - 6
    all_sizes = sum(one.size for one in location_practices if one.listed)
    found = {}
    for one in location_practices:
        if one.on_list(day):
            chance = draws(seed, one.code, day, "patients")
            level = one.location.monthly_appointments * 2 * one.size // all_sizes
            found[one.code] = max(level * (10_000 + 6 * months) * between(chance, 997, 1003) // 10_000_000, 1)
    return found


def _code(location: SubIcbLocation, at: int) -> str:
    """Z9nnnn for the first hundred locations, Z8nnnn for the next, a hundred codes a location."""
    hundreds, block = divmod(location.number, 100)
    return f"Z{9 - hundreds}{block:02}{at:02}"


def _network_code(location: SubIcbLocation, number: int) -> str:
    block = location.number - 1
    for first, last in NETWORK_CODE_GAPS:
        blocks = (last - first + 1) // NETWORKS_PER_LOCATION
        if block < blocks:
            return f"U{first + block * NETWORKS_PER_LOCATION + number:05}"
        block -= blocks
    raise ValueError(f"no gap holds the networks of location {location.number}")


def _postcode(location: SubIcbLocation, at: int) -> str:
    letters = len(INWARD)
    second, third = INWARD[(location.number * 3 + at) % letters], INWARD[(at * 7 + location.number) % letters]
    return f"XZ{location.number % 99 + 1} {at % 10}{second}{third}"


def _supplier(per_cent: int) -> str:
    reached = 0
    for supplier, share in SUPPLIERS:
        reached += share
        if per_cent <= reached:
            return supplier
    raise ValueError(f"{per_cent} per cent is more than all suppliers have")
