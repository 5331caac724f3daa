"""The fictional region that every synthetic file is about: one NHS England region, three ICBs, seven locations.

Belongs here: codes, names and sizes of places that do not exist. GSS codes lie in E..999..., far above the allocated
ones (E38000263, E54000064 and E40000012 are the highest in the lookups of 2022 and 2024). ODS codes are in none of
the published organisation lists; Y99 is (it groups general practices of the armed forces), so the region is YZ9.
Does not belong here: what is counted in those places (the module of each dataset).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """An NHS England region. `ons_code` is its GSS code, `code` its ODS code."""

    ons_code: str
    code: str
    name: str


@dataclass(frozen=True)
class SubIcbLocation:
    """A sub-ICB location; `monthly_appointments` is its general practice workload in an average month of 2023."""

    ons_code: str
    code: str
    monthly_appointments: int


@dataclass(frozen=True)
class Icb:
    """An integrated care board. `short_name` is its name without `NHS` and `Integrated Care Board`.

    `ons_code` is the GSS code of 2022, `ons_code_2024` that of December 2024: other where it was reissued.
    `file_stem` is how the publisher of the appointments abbreviates it in the name of its CSV.
    """

    ons_code: str
    ons_code_2024: str
    code: str
    short_name: str
    file_stem: str
    locations: tuple[SubIcbLocation, ...]

    @property
    def name(self) -> str:
        return f"NHS {self.short_name} Integrated Care Board"

    def location_name(self, location: SubIcbLocation) -> str:
        return f"NHS {self.short_name} ICB - {location.code}"


REGION = Region("E40999001", "YZ9", "Sampleland")

# The sizes span those of real locations (56,000 to 1,329,000 a month), mostly small: a small place has fewer
# combinations of status, professional, mode and time, so the release stays small too.
ICBS = (
    Icb(
        "E54999001", "E54999001", "QZ1", "Sampleshire", "Sampleshire",
        (SubIcbLocation("E38999001", "99S", 412_000),),
    ),
    Icb(
        "E54999002", "E54999002", "QZ2", "Mockford, Feignton and Dummybury", "MockfordFeignDummy",
        (
            SubIcbLocation("E38999002", "99T", 168_000),
            SubIcbLocation("E38999003", "99U", 93_000),
            SubIcbLocation("E38999004", "99V", 61_000),
            SubIcbLocation("E38999005", "99W", 225_000),
        ),
    ),
    # Reissued like Surrey Heartlands and Sussex ICBs in 2023: a new GSS code, the same ODS code, while the
    # appointments of November 2025 still bear the old one.
    Icb(
        "E54999003", "E54999004", "QZ3", "Placeholder Vale", "PlaceholderVale",
        (
            SubIcbLocation("E38999006", "99X", 134_000),
            SubIcbLocation("E38999007", "99Y", 78_000),
        ),
    ),
)  # fmt: skip
