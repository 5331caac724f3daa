"""Residents, projected residents and households of the fictional councils and small areas, as ONS and Nomis publish them.

Belongs here: the mid-year workbook of 2024 (MYE2), the 2022-based projections (Z1, three CSVs) and households of the 2021 Census
(TS041, a ZIP). Ages follow England's shape roughly: even to 60, then fewer each year. The sum of all councils stands under
England's code, as the workbook needs one; what is synthetic is about none, whatever the file says.
Does not belong here: the councils (ons_councils.py), patients on the lists of practices (gp_registered_patients.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pipeline.sample.chance import SEED, between, draws
from pipeline.sample.files import CRLF, LF, csv_text, write_text, write_zip
from pipeline.sample.ons_councils import (
    COUNCILS_2023,
    COUNTRY,
    COUNTY,
    LSOAS,
    REGION_OF_COUNCILS,
    UNITARY,
    Named,
    council_of,
    lsoa_name,
)

# Eleven of the 26 years that are published: the sample is to be small.
YEAR, BASE_YEAR, LAST_YEAR = 2024, 2022, 2032
ESTIMATES = f"ukpopulationestimatesmid{YEAR}.xlsx"
PROJECTIONS, SEXES = "{year} SNPP Population {sex}.csv", ("persons", "males", "females")
HOUSEHOLDS = "census2021-ts041.zip"
OPEN_ENDED = 90
# Sums of countries that the workbook opens with; of ours each is England alone.
SUMS = (("K02000001", "United Kingdom"), ("K03000001", "Great Britain"), ("K04000001", "England and Wales"))
KINDS = {
    "K02": "Country",
    "K03": "Country",
    "K04": "Country",
    "E92": "Country",
    "E12": "Region",
    "E06": "Unitary Authority",
    "E10": "County",
    "E07": "Non-metropolitan District",
}
# Residents a year of age below 60, in hundreds, by council.
SIZES = dict(zip((code for code, _ in COUNCILS_2023), (16, 12, 9, 33), strict=True))
# Of a thousand residents of 60, how many at each later age: the square of the years left to 95.
OLDEST = 95
PEOPLE_A_HOUSEHOLD = 236  # in hundredths: 2.36 in England and Wales, Census 2021
CENSUS_YEAR = 2021
PUBLISHED = (2022, 11, 2, 9, 30, 0)

People = dict[tuple[str, str, int], int]


def residents(year: int, seed: int = SEED) -> People:
    """Residents of each council on 30 June of a year by council, sex (males, females) and age, 90 for 90 and over."""
    found: People = {}
    for code, _ in COUNCILS_2023:
        for sex in SEXES[1:]:
            for age in range(OPEN_ENDED + 1):
                chance = draws(seed, code, sex, age, "residents")
                level = SIZES[code] * 50
                if age >= 60:
                    level = level * (OLDEST - age) ** 2 // (OLDEST - 60) ** 2
                    # Women live longer, and there are more of the old each year.
                    level = level * (100 + (age - 60) * (1 if sex == "females" else -1) + (year - BASE_YEAR)) // 100
                if age == OPEN_ENDED:
                    level *= 3
                found[code, sex, age] = level * between(chance, 960, 1040) // 1000
    return found


def _of(area: str, sex: str, age: int, people: People) -> int:
    """Residents of any area: a council, or the sum of the councils that it holds; both sexes for persons."""
    districts = [code for code, _ in COUNCILS_2023 if code != UNITARY[0]]
    every = [code for code, _ in COUNCILS_2023]
    wholes = (REGION_OF_COUNCILS[0], COUNTRY[0], *(code for code, _ in SUMS))
    councils = districts if area == COUNTY[0] else every if area in wholes else [area]
    sexes = SEXES[1:] if sex == "persons" else (sex,)
    return sum(people[code, one, age] for code in councils for one in sexes)


def areas() -> tuple[Named, ...]:
    """The areas of the projections, and of the workbook after its sums: country, region, unitary council, county, districts."""
    return COUNTRY, REGION_OF_COUNCILS, UNITARY, COUNTY, *(one for one in COUNCILS_2023 if one != UNITARY)


def write_estimates(out_dir: Path, seed: int = SEED) -> list[Path]:
    """Writes the workbook of the mid-year estimates, a sheet for each sex, and returns its path."""
    import xlsxwriter

    out_dir.mkdir(parents=True, exist_ok=True)
    path = out_dir / ESTIMATES
    people = residents(YEAR, seed)
    ages = range(OPEN_ENDED + 1)
    book = xlsxwriter.Workbook(path, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"created": datetime(2025, 7, 30)})
    book.add_worksheet("Cover sheet")
    for sex in SEXES:
        sheet = book.add_worksheet(f"MYE2 - {sex.capitalize()}")
        sheet.write(
            0, 0, f"MYE2: {sex.capitalize()} by single year of age and sex for local authorities in the UK, mid-{YEAR}"
        )
        sheet.write(1, 0, "This worksheet contains one table. ")
        sheet.write_row(2, 0, ["Code", "Name", "Geography", "All ages", *map(str, range(OPEN_ENDED)), f"{OPEN_ENDED}+"])
        for row, (code, name) in enumerate((*SUMS, *areas()), start=3):
            counts = [_of(code, sex, age, people) for age in ages]
            named = name if KINDS[code[:3]] not in ("Country", "Region") else name.upper()
            sheet.write_row(row, 0, [code, named, KINDS[code[:3]], sum(counts), *counts])
    book.close()
    return [path]


def write_projections(out_dir: Path, seed: int = SEED) -> list[Path]:
    """Writes the projections, a file for each sex with a column a year, and returns their paths."""
    years = range(BASE_YEAR, LAST_YEAR + 1)
    every = [residents(year, seed) for year in years]
    header = ["AREA_CODE", "AREA_NAME", "COMPONENT", "SEX", "AGE_GROUP"]
    # The publisher puts quotes round the header alone.
    first = ",".join(f'"{name}"' for name in (*header, *years)) + CRLF
    paths = []
    for sex in SEXES:
        rows = (
            [code, name, "Population", sex, label, *(f"{count}.000" for count in counts)]
            for code, name in areas()
            for label, counts in _by_age(code, sex, every)
        )
        paths.append(write_text(out_dir / PROJECTIONS.format(year=BASE_YEAR, sex=sex), first + csv_text(rows, CRLF)))
    return paths


def _by_age(area: str, sex: str, every: list[People]) -> Iterator[tuple[str, list[int]]]:
    """Each age group of an area with its residents in each year, the sum last."""
    total = [0] * len(every)
    for age in range(OPEN_ENDED + 1):
        counts = [_of(area, sex, age, people) for people in every]
        total = [sum(pair) for pair in zip(total, counts, strict=True)]
        yield (f"{age} and over" if age == OPEN_ENDED else str(age)), counts
    yield "All ages", total


def households(seed: int = SEED) -> dict[str, int]:
    """Households by small area, as many as its share of its council's residents makes."""
    people = residents(CENSUS_YEAR, seed)
    councils = [council_of(at, CENSUS_YEAR)[0] for at in range(len(LSOAS))]
    total = {code: sum(_of(code, "persons", age, people) for age in range(OPEN_ENDED + 1)) for code in set(councils)}
    return {
        lsoa: total[council] * 100 // PEOPLE_A_HOUSEHOLD // councils.count(council)
        for lsoa, council in zip(LSOAS, councils, strict=True)
    }


def write_households(out_dir: Path, seed: int = SEED) -> Path:
    """Writes the ZIP of TS041, with small areas, both tiers of councils and the notes, and returns its path."""
    of_lsoa = households(seed)
    of_council: dict[Named, int] = {}
    of_upper: dict[Named, int] = {}
    for at, lsoa in enumerate(LSOAS):
        council = council_of(at, CENSUS_YEAR)
        upper = UNITARY if council == UNITARY else COUNTY
        of_council[council] = of_council.get(council, 0) + of_lsoa[lsoa]
        of_upper[upper] = of_upper.get(upper, 0) + of_lsoa[lsoa]
    header = ("date", "geography", "geography code", "Number of households: Number of households; measures: Value")
    members = {
        "lsoa": [(lsoa_name(at), lsoa, of_lsoa[lsoa]) for at, lsoa in enumerate(LSOAS)],
        "ltla": [(name, code, count) for (code, name), count in of_council.items()],
        "utla": [(name, code, count) for (code, name), count in of_upper.items()],
    }
    texts = {
        f"census2021-ts041-{kind}.csv": csv_text([header, *((CENSUS_YEAR, *row) for row in rows)], LF).encode()
        for kind, rows in members.items()
    }
    notes = {"metadata/ts041-2021-1.txt": f"TS041 - Number of households{LF}".encode()}
    return write_zip(out_dir / HOUSEHOLDS, texts | notes, PUBLISHED)
