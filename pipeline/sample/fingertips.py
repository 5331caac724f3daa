"""Context of the fictional councils as a download from Fingertips: 27 columns, a row per indicator, area, sex and period.

Belongs here: the indicators that the founding document asks for as context and that Fingertips has, under its own numbers, each of
which public code that downloads it confirms. Figures are made up; the row of England is about no place, as in every synthetic file.
Does not belong here: residents (ons_populations.py), deprivation by domain (ons_councils.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from pipeline.sample.chance import SEED, between, draws
from pipeline.sample.files import CRLF, csv_text, write_text
from pipeline.sample.ons_councils import COUNTRY, COUNTY, REGION_OF_COUNCILS, UNITARY, Named

NAME = "indicators-CountyUA.data.csv"
AREA_TYPE = "Counties & UAs (from Apr 2023)"
HEADER = (
    "Indicator ID", "Indicator Name", "Parent Code", "Parent Name", "Area Code", "Area Name", "Area Type", "Sex", "Age",
    "Category Type", "Category", "Time period", "Value", "Lower CI 95.0 limit", "Upper CI 95.0 limit",
    "Lower CI 99.8 limit", "Upper CI 99.8 limit", "Count", "Denominator", "Value note", "Recent Trend",
    "Compared to England value or percentiles", "Compared to Region value or percentiles", "Time period Sortable",
    "New data", "Compared to goal", "Time period range",
)  # fmt: skip
Z_95, Z_998 = 1.959964, 3.090232
COUNCILS = (COUNTY, UNITARY)


@dataclass(frozen=True)
class Indicator:
    """An indicator of Fingertips. `level` is about what a council has; `people` of how many where it is a percentage, else 0.

    `spread` is half the width of the 95% limits where it is none, 0 for none; `better`: up or down, '' for neither.
    """

    number: int
    name: str
    sexes: tuple[str, ...]
    age: str
    periods: tuple[str, ...]
    level: float
    people: int = 0
    spread: float = 0.0
    better: str = ""


INDICATORS = (
    Indicator(
        22401, "Emergency hospital admissions due to falls in people aged 65 and over",
        ("Persons",), "65+ yrs", ("2022/23", "2023/24"), 1930.0, spread=95.0, better="down",
    ),
    Indicator(
        90362, "Healthy life expectancy at birth",
        ("Male", "Female"), "All ages", ("2018 - 20", "2019 - 21"), 62.4, spread=1.6, better="up",
    ),
    Indicator(
        90366, "Life expectancy at birth",
        ("Male", "Female"), "All ages", ("2018 - 20", "2019 - 21"), 80.7, spread=0.4, better="up",
    ),
    Indicator(
        90631, "School readiness: percentage of children achieving a good level of development at the end of Reception",
        ("Persons",), "5 yrs", ("2022/23", "2023/24"), 67.0, people=5200, better="up",
    ),
    Indicator(
        92313, "Percentage of people in employment",
        ("Persons",), "16-64 yrs", ("2022/23", "2023/24"), 75.6, people=1900, better="up",
    ),
    Indicator(
        92443, "Smoking Prevalence in adults (aged 18 and over) - current smokers (APS)", ("Persons",), "18+ yrs", ("2022", "2023"), 12.4,
        people=1500, better="down",
    ),
    Indicator(
        92793, "Housing affordability ratio",
        ("Not applicable",), "Not applicable", ("2022", "2023"), 8.6,
    ),
    Indicator(
        93088, "Overweight (including obesity) prevalence in adults",
        ("Persons",), "18+ yrs", ("2022/23",), 64.2, people=1100, better="down",
    ),
    Indicator(
        93553, "Deprivation score (IMD 2019)",
        ("Not applicable",), "Not applicable", ("2019",), 21.7,
    ),
    Indicator(
        93701, "Children in absolute low income families (under 16s)",
        ("Persons",), "<16 yrs", ("2021/22", "2022/23"), 15.6, people=48_000,
        better="down",
    ),
    Indicator(
        93759, "Fuel poverty (low income, low energy efficiency methodology)",
        ("Not applicable",), "Not applicable", ("2021", "2022"), 13.1,
        people=150_000, better="down",
    ),
    Indicator(
        93861, "Fraction of mortality attributable to particulate air pollution (new method)",
        ("Persons",), "30+ yrs", ("2021", "2022"), 5.8,
        better="down",
    ),
)  # fmt: skip


def write_download(out_dir: Path, seed: int = SEED) -> Path:
    """Writes the download and returns its path."""
    return write_text(out_dir / NAME, csv_text([HEADER, *_rows(seed)], CRLF))


def known_totals() -> dict[str, int]:
    """How many records it has."""
    series = sum(len(one.sexes) * len(one.periods) for one in INDICATORS)
    return {"indicator_data": series * (1 + len(COUNCILS))}


def _rows(seed: int) -> Iterator[tuple]:
    for indicator in INDICATORS:
        for sex in indicator.sexes:
            for period in indicator.periods:
                figures = {
                    council: _figures(indicator, draws(seed, indicator.number, sex, period, council[0]), sex)
                    for council in COUNCILS
                }
                whole = _whole(indicator, list(figures.values()))
                yield _row(indicator, sex, period, COUNTRY, whole, whole)
                for council, found in figures.items():
                    yield _row(indicator, sex, period, council, found, whole)


Figures = tuple[float, int, int]


def _figures(indicator: Indicator, chance, sex: str) -> Figures:
    """Value, count and denominator of a council; no count where it is no percentage."""
    level = indicator.level * between(chance, 920, 1080) / 1000
    if sex == "Female":
        level += 2.1
    if not indicator.people:
        return round(level, 2), 0, 0
    people = indicator.people * between(chance, 800, 1200) // 1000
    count = round(level * people / 100)
    return 100 * count / people, count, people


def _whole(indicator: Indicator, councils: list[Figures]) -> Figures:
    """England's row: of percentages the sum of the councils, else the mean of them."""
    if not indicator.people:
        return round(sum(value for value, _, _ in councils) / len(councils), 2), 0, 0
    count, people = (sum(one[at] for one in councils) for at in (1, 2))
    return 100 * count / people, count, people


def _limits(indicator: Indicator, figures: Figures, z: float) -> tuple[float, float] | None:
    """Wilson's limits of a percentage, limits of a given width of the others, none where the publisher gives none."""
    value, count, people = figures
    if people:
        share = count / people
        middle, half = (
            share + z * z / (2 * people),
            z * sqrt(share * (1 - share) / people + z * z / (4 * people * people)),
        )
        scale = 100 / (1 + z * z / people)
        return (middle - half) * scale, (middle + half) * scale
    half = indicator.spread * z / Z_95
    return (value - half, value + half) if half else None


def _row(indicator: Indicator, sex: str, period: str, area: Named, figures: Figures, whole: Figures) -> tuple:
    limits = [_limits(indicator, figures, z) for z in (Z_95, Z_998)]
    of_country = area == COUNTRY
    parent = ("", "") if of_country else (REGION_OF_COUNCILS[0], f"{REGION_OF_COUNCILS[1]} region")
    span = "3y" if " - " in period else "1y"
    return (
        indicator.number, indicator.name, *parent, *area, "England" if of_country else AREA_TYPE, sex, indicator.age, "", "", period,
        _text(figures[0]), *(_text(limit) for pair in limits for limit in pair or (None, None)),
        figures[1] or "", figures[2] or "", "", "Cannot be calculated",
        "Not compared" if of_country else _compared(indicator, limits[0], whole[0]), "Not compared", f"{period[:4]}0000", "", "", span,
    )  # fmt: skip


def _compared(indicator: Indicator, limits: tuple[float, float] | None, whole: float) -> str:
    if limits is None:
        return "Not compared"
    lower, upper = limits
    if lower <= whole <= upper:
        return "Similar"
    return "Better" if (lower > whole) == (indicator.better == "up") else "Worse"


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")
