"""The Better Care Fund of the fictional region: outcomes of its councils, discharges of its country, and figures that its ICS supplies.

Belongs here: the outcomes of 2020-21 in the open data form (CSV), the national series of acute discharges of two months (XLSX; monthly
tables name real regions, so none is made up), and the rows of LX-31 of a quarter and of a year's end. Counts of
residents are those of ons_populations.py, so that rates look like rates.
Does not belong here: which extracts are submitted (local_extracts.py), the indicator of falls (fingertips.py), the councils
(ons_councils.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from pipeline.sample import ons_populations
from pipeline.sample.chance import SEED, between, draws
from pipeline.sample.files import CRLF, csv_text, write_text
from pipeline.sample.geography import ICBS
from pipeline.sample.ons_councils import COUNTRY, COUNTY, REGION_OF_COUNCILS, UNITARY

OLD = 65
ICB, ACUTE = ICBS[0].code, "RZ1"
COUNCILS = (COUNTY[0], UNITARY[0])
SUPPRESSED = "*"
# The first year that is counted from client level data.
FROM_CLIENT_LEVEL_DATA = "2024/25"

# Metric, version, per cent from and to, and the words of the source.
SHARES_OF_INPATIENTS = (
    ("bcf_12", 1, 10, 13, "Stays of 14 days or more"), ("bcf_12", 2, 4, 7, "Stays of 21 days or more"),
    ("bcf_13", 1, 90, 94, "Discharged to destination 19"),
)  # fmt: skip
# Metric, version, hundredth of the rate, and the words of the source.
STANDARDISED = (
    ("bcf_11", 1, 180, "Avoidable admissions, indirectly standardised"),
    ("bcf_14", 2, 480, "Falls 65+, directly standardised"),
)

OUTCOMES = "meas-from-asc-of-eng-2021-open-data-csv.csv"
HEADER = (
    "Geographical Code", "Geographical Description", "Geographical Level", "ONS Code", "ASCOF Measure Code",
    "Disaggregation Level", "Measure Type", "Measure Value", "Measure Group", "Measure Group Description",
)  # fmt: skip
# Social services codes of real councils begin at 102 and end before 930.
CODES = {COUNTY: "991", UNITARY: "992"}
AREAS = (
    *((code, name, "Council", ons_code) for (ons_code, name), code in CODES.items()),
    ("XX", REGION_OF_COUNCILS[1], "Region", REGION_OF_COUNCILS[0]),
    ("England", "England", "England", COUNTRY[0]),
)
MEASURES = {
    "2A2": "Long-term support needs of older adults aged 65 and over met by admission to care homes, per 100,000 population",
    "2B1": "Proportion of older people 65 and over who were still at home 91 days after discharge from hospital into reablement",
    "2B2": "Proportion of older people 65 and over who were offered reablement after discharge from hospital",
    "1A": "Social care-related quality of life",
    "3A": "Overall satisfaction of people who use services with their care and support",
}  # fmt: skip


DISCHARGES = "acute_latest_time_series.xlsx"
FIRST_DAY, DAYS = date(2025, 10, 1), 61
DAILY = (
    "Number of patients who no longer meet the criteria to reside", "Number of patients discharged",
    "Number of patients remaining in hospital who no longer meet the criteria to reside",
    "P0 - Domestic home without reablement support",
)  # fmt: skip
WEEKLY = (
    *(f"Number of additional bed days, patients with length of stay of {stay}+ days" for stay in (7, 14, 21)), "Awaiting transport",
)  # fmt: skip


def older_residents(seed: int = SEED) -> dict[str, int]:
    """Residents aged 65 and over by council."""
    people = ons_populations.residents(ons_populations.YEAR, seed)
    found = dict.fromkeys(COUNCILS, 0)
    for (code, _, age), count in people.items():
        if age >= OLD:
            found[code if code == UNITARY[0] else COUNTY[0]] += count
    return found


def figures(chance: Random, *, quarter: str, percent: int = 100) -> Iterator[dict[str, object]]:
    """Months, the quarter and the half of an extract. `percent` scales what is counted, so that a year is not like the next."""
    first = int(quarter[5:7])
    months = [f"{quarter[:4]}-{first + number:02}" for number in range(3)]
    older = older_residents()
    for month in months:
        for council in COUNCILS:
            admitted = older[council] * between(chance, 17, 21) * percent // 100_000
            yield _row(council, "bcf_15", 1, month, admitted, older[council], "Emergency admissions 65+, data pack")
        for area, discharges in ((COUNCILS[0], 900), (COUNCILS[1], 640), (ICB, 1_350), (ACUTE, 1_210)):
            valid = discharges * between(chance, 95, 105) // 100
            on_the_day = valid * between(chance, 84, 90) // 100
            late = (valid - on_the_day) * between(chance, 55, 75) * percent // 1_000
            yield _row(area, "bcf_16", 1, month, on_the_day, valid, "Discharged on the discharge ready date")
            yield _row(area, "bcf_16", 2, month, late, valid - on_the_day, "Days delayed, of those delayed")
            yield _row(area, "bcf_16", 3, month, late, valid, "Days delayed, of all")
    for council in COUNCILS:
        residents = older[council] * 5
        inpatients = older[council] * between(chance, 20, 24) // 1_000
        unplanned = residents * between(chance, 22, 26) * percent // 100_000
        yield _row(council, "bcf_10", 4, quarter, unplanned, residents, "Non-elective admissions")
        for metric_id, version, low, high, measure in SHARES_OF_INPATIENTS:
            part = inpatients * between(chance, low, high) // 100
            yield _row(council, metric_id, version, quarter, part, inpatients, measure)
        for metric_id, version, level, measure in STANDARDISED:
            yield _stated(council, metric_id, version, quarter, level * percent + between(chance, 0, 900), measure)
        admissions = older[council] * between(chance, 38, 44) * percent // 1_200_000
        # So few of a small council that its return hides them.
        hidden = council == UNITARY[0] and percent < 100
        cell = SUPPRESSED if hidden else admissions
        yield _row(council, "bcf_17", 1, quarter, cell, older[council], "Long-term admissions 65+")
        half, level = f"{quarter[:4]}-04/{quarter[8:]}", 900 * percent + between(chance, 0, 5_000)
        yield _stated(council, "bcf_05", 1, half, level, "Avoidable emergency admissions, composite")


def figures_of_year(chance: Random, *, year: str) -> Iterator[dict[str, object]]:
    """The figures of a financial year, in the extract of the quarter in which it ends."""
    older = older_residents()
    from_client_level_data = year == FROM_CLIENT_LEVEL_DATA
    for council in COUNCILS:
        admitted = older[council] * between(chance, 45, 62) // 10_000
        version = 3 if from_client_level_data else 2
        yield _row(council, "bcf_01", version, year, admitted, older[council], "Admissions 65+, ASCOF 2C")
        satisfied = between(chance, 6_000, 7_000)
        yield _stated(council, "bcf_06", 2, year, satisfied, "Satisfaction of people who use services", margin=310)
        if from_client_level_data:
            reabled = older[council] * between(chance, 12, 16) // 1_000
            stayed, discharged = reabled * between(chance, 78, 88) // 100, reabled * between(chance, 20, 30)
            yield _row(council, "bcf_02", 2, year, stayed, reabled, "Remained in the community, ASCOF 2D part 1")
            yield _row(council, "bcf_03", 2, year, reabled, discharged, "Offered reablement, ASCOF 2D part 2")
            satisfied = between(chance, 3_500, 4_400)
            yield _stated(council, "bcf_07", 2, year, satisfied, "Satisfaction of carers", margin=420)
            diagnosed = between(chance, 5_000, 7_000)
            yield _stated(council, "bcf_09", 1, year, diagnosed, "Diagnosis rate for dementia, our local metric")


def _row(
    area: str, metric_id: str, version: int, period: str, numerator: object, denominator: object, measure: str
) -> dict[str, object]:
    return {
        "area_code": area, "metric_id": metric_id, "definition_version": version, "figure_period": period, "numerator": numerator,
        "denominator": denominator, "value": None, "lower_95": None, "upper_95": None, "measure": measure,
    }  # fmt: skip


def _stated(
    area: str, metric_id: str, version: int, period: str, hundredths: int, measure: str, *, margin: int = 0
) -> dict[str, object]:
    """A value in hundredths; with limits where there is a margin."""
    lower, upper = (f"{(hundredths + side) / 100:.2f}" if margin else None for side in (-margin, margin))
    return _row(area, metric_id, version, period, None, None, measure) | {
        "value": f"{hundredths / 100:.2f}", "lower_95": lower, "upper_95": upper,
    }  # fmt: skip


def write_outcomes(folder: Path, seed: int = SEED) -> Path:
    """Writes the outcomes and returns the path."""
    return write_text(folder / OUTCOMES, csv_text([HEADER, *_outcomes(seed)], CRLF))


def write_discharges(folder: Path, seed: int = SEED) -> Path:
    """Writes the national series of days and weeks and returns the path."""
    import xlsxwriter

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / DISCHARGES
    book = xlsxwriter.Workbook(path, {"in_memory": True})
    book.set_properties({"created": datetime(2025, 12, 11)})
    chance, day_format = draws(seed, "discharges"), book.add_format({"num_format": "dd/mm/yyyy"})
    days = [(FIRST_DAY + timedelta(days=number), *_of_day(number, chance)) for number in range(DAYS)]
    # Weeks begin on the Mondays of the days.
    weeks = [
        (day, *(level * between(chance, 95, 105) for level in (31, 22, 14, 1)))
        for day, *_ in days
        if day.weekday() == 0
    ]
    for name, above, first, labels, rows in (
        ("Daily Series", "Daily Series: National daily metrics from October 2025", "Date", DAILY, days),
        ("Weekly Series", "Weekly Series: National weekly metrics from October 2025", "Week commencing", WEEKLY, weeks),
    ):
        sheet = book.add_worksheet(name)
        sheet.write(0, 1, above)
        sheet.write_row(3, 1, [first, *labels])
        for at, (day, *figures) in enumerate(rows, start=4):
            sheet.write_datetime(at, 1, datetime(day.year, day.month, day.day), day_format)
            sheet.write_row(at, 2, figures)
    book.close()
    return path


def _of_day(number: int, chance: Random) -> tuple[int, int, int, int]:
    """No longer meeting the criteria, discharged, remaining, discharged home. Of a weekend fewer leave."""
    weekend = (FIRST_DAY + timedelta(days=number)).weekday() >= 5
    met = between(chance, 420, 470)
    discharged = met * (between(chance, 27, 33) if weekend else between(chance, 42, 48)) // 100
    return met, discharged, met - discharged, discharged * 7 // 10


def _outcomes(seed: int) -> Iterator[tuple]:
    """Of each area all measures; region and England are the sums of the councils, where surveys have no figure."""
    older, chance = older_residents(seed), draws(seed, "ascof", 2020)
    councils: dict[str, dict[str, tuple[int, int]]] = {}
    for ons_code, _ in CODES:
        reabled = older[ons_code] * between(chance, 6, 8) // 1_000
        councils[ons_code] = {
            "2A2": (older[ons_code] * between(chance, 48, 60) // 10_000, older[ons_code]),
            "2B1": (reabled * between(chance, 76, 88) // 100, reabled),
            # Hospital episodes are rounded to the nearest 5.
            "2B2": (reabled, 5 * (reabled * between(chance, 5, 7))),
        }
    for code, name, level, ons_code in AREAS:
        for measure, words in MEASURES.items():
            area = (code, name, level, ons_code, measure, "Total")
            if measure in councils[COUNTY[0]]:
                mine = [councils[ons_code]] if ons_code in councils else list(councils.values())
                part, whole = (sum(one[measure][at] for one in mine) for at in range(2))
                outcome = (100_000 if measure == "2A2" else 100) * part / whole
                for kind, value in (("Numerator", part), ("Denominator", whole), ("Outcome", f"{outcome:.1f}")):
                    yield *area, kind, value, measure, words
            else:
                for kind, value in _survey(measure, chance, takes_part=code == CODES[COUNTY]):
                    yield *area, kind, value, measure, words


def _survey(measure: str, chance: Random, *, takes_part: bool) -> Iterator[tuple[str, object]]:
    """The five figures of a survey, whose counts are rounded to the nearest 5; of those that did not take part, none."""
    base = 5 * between(chance, 60, 90)
    asked = base * 12
    score = between(chance, 188, 194) if measure == "1A" else between(chance, 630, 680)
    whole = asked * score // 10 if measure == "1A" else asked * score // 1_000
    figures = (
        ("Numerator", 5 * (whole // 5)), ("Denominator", asked), ("Outcome", f"{score / 10:.1f}"), ("Base", base),
        ("Margin Of Error", "0.4" if measure == "1A" else "4.6"),
    )  # fmt: skip
    for kind, value in figures:
        yield kind, value if takes_part else "[x]"
