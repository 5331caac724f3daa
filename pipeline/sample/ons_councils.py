"""The councils of the fictional region and below: ONS lookups of small areas, wards and councils, and their deprivation.

Belongs here: one county of three districts (four till March 2020) and one unitary council beside it, ten wards and thirty small areas, in
the files of the Open Geography portal (2019, 2021, 2023) and of the indices of deprivation (2019). Codes lie far above the
allocated ones.
Does not belong here: NHS areas (ons_lookups.py), trusts and commissioners (ods_registers.py).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pipeline.sample.files import LF, csv_text, write_text
from pipeline.sample.geography import ICBS, REGION, town

# The portal names the country of every ward; what is synthetic is about none, whatever the file says.
COUNTRY = ("E92000001", "England")
REGION_OF_COUNCILS = ("E12999001", REGION.name)
COUNTY = ("E10999001", "Sampleshire")
UNITARY = ("E06999001", "Mockmarch")
DISTRICTS = tuple((f"E0799900{number}", town(number)) for number in range(1, 4))
# It became part of the unitary council: the lookup of 2021 has its small areas there.
ENDED = ("E07999004", town(4))
COUNCILS_2019 = (*DISTRICTS, ENDED, UNITARY)
COUNCILS_2023 = (*DISTRICTS, UNITARY)
# Two wards a council, three small areas a ward, the most deprived first.
WARDS = tuple((f"E05999{number + 1:03}", f"{town(20 + number)} and {town(40 + number)}") for number in range(10))
LSOAS = tuple(f"E01999{number + 1:03}" for number in range(30))

LSOA_TO_WARD, LSOA_TO_UPPER_TIER = "LSOA11_WD19_LAD19_EW_LU.csv", "LSOA11_UTLA19_EW_LU.csv"
LSOA_TO_CCG, LOWER_TO_UPPER_TIER = "LSOA11_CCG21_LAD21_EN_LU.csv", "LTLA19_UTLA19_EW_LU.csv"
WARD_TO_REGION = "WD19_LAD19_CTY19_RGN19_CTRY19_UK_LU.csv"
COUNCIL_NAMES = "Local_Authority_Districts_December_2023_UK.csv"
FILE_1 = "File_1_-_IMD2019_Index_of_Multiple_Deprivation.xlsx"
FILE_11 = "File_11_-_IoD2019_Local_Authority_District_Summaries__upper-tier__.xlsx"
# Sheet -> the words that its columns begin with.
DOMAINS = {
    "IMD": "IMD", "Income": "Income", "Employment": "Employment", "Education": "Education, Skills and Training",
    "Health": "Health Deprivation and Disability", "Crime": "Crime", "Barriers": "Barriers to Housing and Services",
    "Living": "Living Environment", "IDACI": "IDACI", "IDAOPI": "IDAOPI",
}  # fmt: skip

Named = tuple[str, str]


def ward_of(lsoa: int) -> Named:
    return WARDS[lsoa // 3]


def council_of(lsoa: int, year: int) -> Named:
    """The council of a small area by the lookup of a year."""
    council = COUNCILS_2019[lsoa // 6]
    return UNITARY if council == ENDED and year > 2020 else council


def upper_tier_of(council: Named) -> Named:
    return council if council == UNITARY else COUNTY


def lsoa_name(lsoa: int) -> str:
    return f"{council_of(lsoa, 2019)[1]} {lsoa // 6 + 1:03}{'ABCDEF'[lsoa % 6]}"


def write_lookups(out_dir: Path) -> list[Path]:
    """Writes the six lookups and returns their paths."""
    areas = range(len(LSOAS))
    # The last ward is in the next ICB: the unitary council has parts in two, as some have.
    ccgs = [(one.locations[0].ons_code, one.locations[0].code, one.ccg_name(one.locations[0])) for one in ICBS[:2]]
    year = "19"
    return [
        _lookup(
            out_dir / LSOA_TO_WARD, ("LSOA11CD", "LSOA11NM", *_pair("WD", year), *_pair("LAD", year)),
            [(LSOAS[at], lsoa_name(at), *ward_of(at), *council_of(at, 2019)) for at in areas],
        ),
        _lookup(
            out_dir / LSOA_TO_UPPER_TIER, ("LSOA11CD", "LSOA11NM", *_pair("UTLA", year)),
            [(LSOAS[at], lsoa_name(at), *upper_tier_of(council_of(at, 2019))) for at in areas],
        ),
        _lookup(
            out_dir / LSOA_TO_CCG, ("LSOA11CD", "LSOA11NM", "CCG21CD", "CCG21CDH", "CCG21NM", *_pair("LAD", "21")),
            [(LSOAS[at], lsoa_name(at), *ccgs[at // 27], *council_of(at, 2021)) for at in areas], encoding="utf-8-sig",
        ),
        _lookup(
            out_dir / WARD_TO_REGION, [name for kind in ("WD", "LAD", "CTY", "RGN", "CTRY") for name in _pair(kind, year)],
            [(*ward, *(council := council_of(3 * at, 2019)), *(("", "") if council == UNITARY else COUNTY), *REGION_OF_COUNCILS, *COUNTRY)
             for at, ward in enumerate(WARDS)],
        ),
        _lookup(
            out_dir / LOWER_TO_UPPER_TIER, (*_pair("LTLA", year), *_pair("UTLA", year)),
            [(*council, *upper_tier_of(council)) for council in COUNCILS_2019],
        ),
        _lookup(
            out_dir / COUNCIL_NAMES,
            (*_pair("LAD", "23"), "LAD23NMW", "BNG_E", "BNG_N", "LONG", "LAT", "Shape__Area", "Shape__Length", "GlobalID"),
            # Nowhere, with no extent.
            [(*council, " ", 0, 0, 0, 0, 0, 0, f"{number:08x}") for number, council in enumerate(COUNCILS_2023)], encoding="utf-8-sig",
        ),
    ]  # fmt: skip


def write_deprivation(out_dir: Path) -> list[Path]:
    """Writes File 1 (small areas) and File 11 (upper-tier councils) of the indices and returns their paths."""
    count = len(LSOAS)
    areas = [
        (LSOAS[at], lsoa_name(at), *council_of(at, 2019), at + 1, -(-10 * (at + 1) // count)) for at in range(count)
    ]
    header = (
        "LSOA code (2011)", "LSOA name (2011)", "Local Authority District code (2019)",
        "Local Authority District name (2019)", "Index of Multiple Deprivation (IMD) Rank",
        "Index of Multiple Deprivation (IMD) Decile",
    )  # fmt: skip
    summaries = {sheet: _summary(sheet, words) for sheet, words in DOMAINS.items()}
    return [_workbook(out_dir / FILE_1, {"IMD2019": [header, *areas]}), _workbook(out_dir / FILE_11, summaries)]


def known_totals() -> dict[str, int]:
    """How many records each table has."""
    return {
        "lsoa_to_ward": len(LSOAS), "lsoa_to_upper_tier": len(LSOAS), "lsoa_to_ccg": len(LSOAS), "ward_to_region": len(WARDS),
        "lower_to_upper_tier": len(COUNCILS_2019), "council_names": len(COUNCILS_2023), "lsoa": len(LSOAS), "upper_tier": 2,
    }  # fmt: skip


def _pair(kind: str, year: str) -> tuple[str, str]:
    return f"{kind}{year}CD", f"{kind}{year}NM"


def _lookup(path: Path, header, rows, *, encoding: str = "utf-8") -> Path:
    numbered = [(number, *row) for number, row in enumerate(rows, start=1)]
    return write_text(path, csv_text([("FID", *header), *numbered], LF), encoding=encoding)


def _summary(sheet: str, words: str) -> list[tuple]:
    """One sheet of File 11, with the blanks that its header cells end with. The county is the more deprived of the two."""
    tenth = "LSOAs in most deprived 10% nationally "
    header = [
        "Upper Tier Local Authority District code (2019)", "Upper Tier Local Authority District name (2019)",
        f"{words} - Average rank ", f"{words} - Rank of average rank ", f"{words} - Average score ",
        f"{words} - Rank of average score ", f"{words} - Proportion of {tenth}", f"{words} - Rank of proportion of {tenth}",
    ]  # fmt: skip
    if sheet == "IMD":
        header += ["IMD 2019 - Extent ", "IMD 2019 - Rank of extent ", "IMD 2019 - Local concentration ",
                   "IMD 2019 - Rank of local concentration "]  # fmt: skip
    elif sheet in ("Income", "Employment"):
        header += [f"{words} scale", f"Rank of {words} Scale"]
    rows = []
    for place, council in enumerate((COUNTY, UNITARY), start=1):
        at = list(DOMAINS).index(sheet)
        row = [*council, 18.5 - place, place, 30.125 - at - place, place, 0.25 / place, place]
        row += [0.5 / place, place, 29.5 - place, place] if sheet == "IMD" else []
        row += [9000.5 - 100 * place, place] if sheet in ("Income", "Employment") else []
        rows.append(tuple(row))
    return [tuple(header), *rows]


def _workbook(path: Path, sheets: dict[str, list[tuple]]) -> Path:
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    # In memory xlsxwriter gives every member of the ZIP the same date.
    book = xlsxwriter.Workbook(path, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"created": datetime(2019, 9, 26)})
    book.add_worksheet("Notes")
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    return path
