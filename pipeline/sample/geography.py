"""The fictional regions that every synthetic file is about: at scale 1 one region, three ICBs, seven locations.

Belongs here: codes, names and sizes of places that do not exist, and how a larger world adds to them. GSS codes lie in
E..999..., far above the allocated ones (E38000263, E54000064 and E40000012 are the highest in the lookups of 2022 and
2024). ODS codes are in none of the published organisation lists; Y99 is (it groups general practices of the armed
forces), so the regions are YZ9 and below.
Does not belong here: the practices and networks of a location (world.py), what is counted there (each dataset).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pipeline.errors import Fault
from pipeline.sample.chance import SEED, between, draws


@dataclass(frozen=True)
class Region:
    """An NHS England region. `ons_code` is its GSS code, `code` its ODS code."""

    ons_code: str
    code: str
    name: str


@dataclass(frozen=True)
class SubIcbLocation:
    """A sub-ICB location; `monthly_appointments` is its general practice workload in an average month of 2023.

    `number` counts the locations of the whole world and gives its practices and networks their codes; `practices`
    is how many of them have been on the patient lists at some time.
    """

    ons_code: str
    code: str
    monthly_appointments: int
    number: int
    practices: int


REGION = Region("E40999001", "YZ9", "Sampleland")


@dataclass(frozen=True)
class Icb:
    """An integrated care board. `short_name` is its name without `NHS` and `Integrated Care Board`.

    `ons_code` is the GSS code of 2022, `ons_code_2024` that of December 2024: other where it was reissued.
    `file_stem` is how the publisher of the appointments abbreviates it in the name of its CSV, `part` the part of the
    practice-level crosstab that it stands in.
    """

    ons_code: str
    ons_code_2024: str
    code: str
    short_name: str
    file_stem: str
    part: str
    locations: tuple[SubIcbLocation, ...]
    region: Region = field(default=REGION)

    @property
    def name(self) -> str:
        return f"NHS {self.short_name} Integrated Care Board"

    def location_name(self, location: SubIcbLocation) -> str:
        return f"NHS {self.short_name} ICB - {location.code}"

    def ccg_name(self, location: SubIcbLocation) -> str:
        """What the location was called before July 2022."""
        return f"NHS {town(location.number * 100 + 99)} CCG"


# The sizes span those of real locations (56,000 to 1,329,000 a month), mostly small: a small place has fewer
# combinations of status, professional, mode and time, so the release stays small too. Its practices are few and large
# (some 13,000 appointments a month, twice England's mean) for the same reason.
ICBS = (
    Icb(
        "E54999001", "E54999001", "QZ1", "Sampleshire", "Sampleshire", "Sampleland_South",
        (SubIcbLocation("E38999001", "99S", 412_000, 1, 25),),
    ),
    Icb(
        "E54999002", "E54999002", "QZ2", "Mockford, Feignton and Dummybury", "MockfordFeignDummy", "Sampleland_North",
        (
            SubIcbLocation("E38999002", "99T", 168_000, 2, 16),
            SubIcbLocation("E38999003", "99U", 93_000, 3, 11),
            SubIcbLocation("E38999004", "99V", 61_000, 4, 8),
            SubIcbLocation("E38999005", "99W", 225_000, 5, 19),
        ),
    ),
    # Reissued like Surrey Heartlands and Sussex ICBs in 2023: a new GSS code, the same ODS code, while the
    # appointments of November 2025 still bear the old one.
    Icb(
        "E54999003", "E54999004", "QZ3", "Placeholder Vale", "PlaceholderVale", "Sampleland_South",
        (
            SubIcbLocation("E38999006", "99X", 134_000, 6, 13),
            SubIcbLocation("E38999007", "99Y", 78_000, 7, 10),
        ),
    ),
)  # fmt: skip
PRACTICES_AT_SCALE_1 = sum(location.practices for icb in ICBS for location in icb.locations)

REGIONS = (
    REGION, Region("E40999002", "YZ8", "Mockmarch and Feignholm"), Region("E40999003", "YZ7", "Imaginary Fens"),
    Region("E40999004", "YZ6", "Pretend Coast"), Region("E40999005", "YZ5", "Notional Midlands"),
    Region("E40999006", "YZ4", "Specimen Hills"), Region("E40999007", "YZ3", "Upper Nowhere"),
)  # fmt: skip
ICBS_PER_REGION = 5
ICB_CODE_ENDS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# England's ICBs have from one location to eleven.
LOCATIONS_PER_ICB = (4, 6, 3, 8, 5, 2, 7, 5)
# England's locations have some 60 practices, its practices some 6,400 appointments a month.
PRACTICES_PER_LOCATION = (45, 75)
APPOINTMENTS_PER_PRACTICE = (5600, 7100)

_TOWN_STARTS = (
    "Fable", "Mock", "Feign", "Sham", "Pretend", "Notion", "Dummy", "Sample", "Proxy", "Fiction", "Fancy", "Imagin",
    "Spoof", "Model", "Phantom", "Never", "Figment", "Seeming", "Would", "Myth",
)  # fmt: skip
_TOWN_ENDS = ("ford", "ton", "bury", "wick", "ham", "shaw", "leigh", "combe", "stoke", "worth", "by", "field")


def town(number: int) -> str:
    """The name of a place that does not exist; 240 of them, over and over."""
    start = _TOWN_STARTS[number % len(_TOWN_STARTS)]
    return start + _TOWN_ENDS[number // len(_TOWN_STARTS) % len(_TOWN_ENDS)]


def world(practices: int, seed: int = SEED) -> tuple[Icb, ...]:
    """The ICBs of a world of at least `practices` practices: those of scale 1 and, after them, as many as it takes.

    A larger world only adds to a smaller one. Raises Fault where the fictional codes do not reach that far.
    """
    icbs = list(ICBS)
    held = PRACTICES_AT_SCALE_1
    more = _more_icbs(seed)
    while held < practices:
        icb = next(more, None)
        if icb is None:
            raise Fault(
                f"there are fictional codes for {held:,} practices, not {practices:,}",
                where="sample",
                remedy=f"Ask for a scale of {held // PRACTICES_AT_SCALE_1} at most, and for more months instead",
            )
        kept = []
        for location in icb.locations:
            if held < practices:
                kept.append(location)
                held += location.practices
        icbs.append(replace(icb, locations=tuple(kept)))
    return tuple(icbs)


def _more_icbs(seed: int) -> Iterator[Icb]:
    number = max(location.number for icb in ICBS for location in icb.locations)
    for at in range(len(ICBS), len(ICB_CODE_ENDS)):
        region = REGIONS[at // ICBS_PER_REGION]
        short_name = f"{town(at)} and {town(at + 47)}"
        locations = []
        for _ in range(LOCATIONS_PER_ICB[at % len(LOCATIONS_PER_ICB)]):
            number += 1
            size = draws(seed, "location", number)
            practices = between(size, *PRACTICES_PER_LOCATION)
            workload = practices * between(size, *APPOINTMENTS_PER_PRACTICE)
            # Like the codes of the locations that were merged in 2020 and after: letters and digits by turns.
            code = f"Z{number % 100 // 10}{'ZYXW'[number // 100]}{number % 10}Z"
            locations.append(SubIcbLocation(f"E38999{number:03}", code, workload, number, practices))
        ons_code = f"E549990{at + 7:02}"
        part = region.name.replace(" ", "_") if region != REGION else "Sampleland_North"
        yield Icb(
            ons_code, ons_code, f"QZ{ICB_CODE_ENDS[at]}", short_name, short_name.replace(" and ", ""), part,
            tuple(locations), region,
        )  # fmt: skip
