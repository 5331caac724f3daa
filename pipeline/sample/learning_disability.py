"""Published files on people with a learning disability, of the fictional region: MHSDS inpatients, health checks, registers of QOF.

Belongs here: LDA_Published of two Novembers, with its three marks and every count rounded to the nearest 5, the health check scheme of
November 2025 for the practices that take part, and registers and lists of March 2024. MHSDS counts other people than LX-35 does.
Does not belong here: the commissioner's record (assuring_transformation.py), the practices (world.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pipeline.sample import world
from pipeline.sample.chance import SEED, between, draws, shared_out
from pipeline.sample.files import CRLF, MONTH_NAMES, csv_text, write_text
from pipeline.sample.geography import ICBS, REGION

INPATIENTS = (date(2024, 11, 1), date(2025, 11, 1))
HEADER = (
    "Geography", "OrgCode", "OrgName", "PrimaryMeasure", "PrimarySplit", "SecondaryMeasure", "SecondarySplit",
    "Restraints_Count_of_people", "Restraints_Count_of_restraints", "LDA43_Hospital_spells_open_at_start_of_RP",
    "LDA27_Hospital_admissions_in_the_RP", "LDA28_Hospital_discharges_in_the_RP",
    "LDA44_Hospital_admissions_and_discharges_in_the_RP", "LDA45_Hospital_spells_open_at_the_end_of_the_RP",
    "LDA46_Ward_stays_open_at_start_of_the_RP", "LDA47_Ward_stays_starting_in_the_RP", "LDA48_Ward_stays_ending_in_the_RP",
    "LDA49_Ward_stays_starting_and_ending_in_the_RP", "LDA21_Ward_stays_open_at_the_end_of_the_RP",
    "LDA50_Referrals_open_at_the_start_of_the_RP", "LDA32_Referrals_starting_in_the_RP", "LDA51_Referrals_ending_in_the_RP",
    "LDA52_Referrals_starting_and_ending_in_the_RP", "LDA23_Referrals_open_at_the_end_of_the_RP",
    "Community_Care_and_Treatment_Review_Pre_admission", "Post_admission_Care_and_Treatment_Review",
    "Inpatient_Care_and_Treatment_Review_More_than_two_weeks_post_admission",
)  # fmt: skip
# Kind of area, code, name, spells open at the end of November 2025. Boards have totals only, and a provider of the region is no trust.
AREAS = (
    ("Total data as submitted", "England", "England", 420),
    ("Commissioning Region", REGION.code, REGION.name, 415),
    *(("ICB", icb.code, icb.name, size) for icb, size in zip(ICBS, (120, 190, 80), strict=True)),
    ("Provider", "RZ1", "SAMPLESHIRE NHS TRUST", 130),
    ("Provider", "NZ9", "SAMPLE INDEPENDENT HOSPITALS", 60),
)
# People of 100 in each group of a split, as a few of the published ones.
SPLITS = {
    "Age": {
        "Under 18": 6, "18-24": 17, "25-34": 27, "35-44": 20, "45-54": 14, "55-64": 11, "65 and Over": 5,
    },
    "Distance from Home": {
        "Up to 10km": 23, "11-20km": 17, "21-50km": 24, "51-100km": 17, "Over 100km": 14, "Unknown": 5,
    },
    "Ward security": {"General": 52, "Low Secure": 28, "Medium Secure": 15, "High Secure": 1, "Unknown": 4},
    "Planned Discharge Date Present": {"Present": 44, "Not present": 56},
    "Time to Planned Discharge": {"Planned discharge overdue": 9, "0 to 3 months": 20, "3 to 6 months": 15, "Unknown": 56},
    "Length of stay": {
        "0-3 days": 2, "1-3 months": 17, "3-6 months": 13, "6-12 months": 16, "1-2 years": 18, "2-5 years": 19, "5-10 years": 9,
        "10+ years": 6,
    },
    "Discharge Destination Grouped": {"Community": 70, "Hospital": 20, "Not Known": 10},
    "Mental Health Act": {
        "Informal": 20, "Part 2": 47, "Part 3 no restrictions": 11, "Part 3 with restrictions": 20, "Other sections": 2,
    },
    "Delayed Discharges": {
        "Housing - Awaiting supported accommodation": 6,
        "Awaiting commencement of care package in usual or temporary place of residence": 5, "Patient or Family choice": 1,
    },
}  # fmt: skip
HIDDEN, NOT_PRODUCED, NO_ROW = "*", "-", "NULL"
# Of every group but these, not all spells are in one of the groups.
IN_PART = "Delayed Discharges"
CHECKS_TO, LISTS_AT = date(2025, 11, 30), date(2024, 3, 31)
CHECKS_HEADER = (
    "QUALITY_SERVICE", "PRACTICE_CODE", "PRACTICE_NAME", "PCN_ODS_CODE", "PCN_NAME", "ONS_SUB_ICB_LOC_CODE", "SUB_ICB_LOC_CODE",
    "SUB_ICB_LOC_NAME", "ONS_ICB_CODE", "ICB_CODE", "ICB_NAME", "ONS_COMM_REGION_CODE", "COMM_REGION_CODE", "COMM_REGION_NAME",
    "ACH_DATE", "IND_CODE", "MEASURE", "VALUE",
)  # fmt: skip
PREVALENCE_HEADER = ("PRACTICE_CODE", "GROUP_CODE", "REGISTER", "PATIENT_LIST_TYPE", "PRACTICE_LIST_SIZE")
MAPPING_HEADER = (
    "NAT_ONS_CODE", "NAT_CODE", "COUNTRY", "REGION_ODS_CODE", "REGION_ONS_CODE", "REGION_NAME", "STP_ODS_CODE", "STP_ONS_CODE",
    "STP_NAME", "CCG_ODS_CODE", "CCG_ONS_CODE", "CCG_NAME", "PCN_ODS_CODE", "PCN_NAME", "PRACTICE_CODE", "PRACTICE_NAME",
)  # fmt: skip
ENGLAND = ("E92000001", "ENG", "England")
# Of the practices one in so many takes part in the scheme.
TAKING_PART = 6


def write_files(folder: Path, seed: int = SEED) -> list[Path]:
    """Writes the files as their publisher would, and returns their paths."""
    return [
        *(
            write_text(
                folder / f"LDA_Published_{MONTH_NAMES[month.month - 1]}_{month.year}.csv",
                csv_text([HEADER, *_inpatients(month, seed)], CRLF),
            )
            for month in INPATIENTS
        ),
        write_text(
            folder / "learning-disabilities-health-check-scheme-eng-Nov-2025.csv",
            csv_text([CHECKS_HEADER, *_checks(seed)], CRLF),
        ),
        write_text(folder / "PREVALENCE_2324.csv", csv_text([PREVALENCE_HEADER, *_registers(seed)], CRLF)),
        write_text(folder / "MAPPING_NHS_GEOGRAPHIES_2324.csv", csv_text([MAPPING_HEADER, *_mapping(seed)], CRLF)),
    ]  # fmt: skip


def rounded(count: int) -> str:
    """A count as MHSDS publishes it: the nearest 5, and a star for fewer than 5, nought among them."""
    return HIDDEN if count < 5 else str((count + 2) // 5 * 5)


def _inpatients(month: date, seed: int) -> Iterator[tuple[str, ...]]:
    for kind, code, name, size in AREAS:
        chance = draws(seed, "mhsds_lda", code, month)
        spells = size * (100 if month == INPATIENTS[-1] else 106) // 100
        of_area = (kind, code, name)
        yield (*of_area, "Total", "Total", NO_ROW, NO_ROW, *_counts(spells, chance), *_reviews(kind, chance))
        if kind != "ICB":
            for measure, groups in SPLITS.items():
                whole = spells * sum(groups.values()) // 100 if measure == IN_PART else spells
                for group, number in shared_out(whole, list(groups.items()), chance):
                    counts = (NOT_PRODUCED, NOT_PRODUCED, *_counts(number, chance)[2:])
                    yield (*of_area, measure, group, NO_ROW, NO_ROW, *counts, *[NO_ROW] * 3)


def _counts(spells: int, chance) -> tuple[str, ...]:
    """The seventeen counts of a row whose spells open at the end are so many."""
    admitted, left = (spells * between(chance, 8, 14) // 100 for _ in range(2))
    restrained = spells * between(chance, 9, 13) // 100
    wards, referrals = spells * 103 // 100, spells * 14
    return tuple(
        rounded(one)
        for one in (
            restrained, restrained * 6, spells - admitted + left, admitted, left, spells // 40, spells, wards - 2, admitted + 3,
            left + 5, spells // 30, wards, referrals, referrals // 12, referrals // 14, referrals // 60, referrals + 9,
        )
    )  # fmt: skip


def _reviews(kind: str, chance) -> tuple[str, ...]:
    return tuple(rounded(between(chance, 3, 30)) for _ in range(3)) if kind == "Provider" else (NO_ROW,) * 3


def _listed(day: date, seed: int) -> Iterator[tuple[world.Practice, int]]:
    for icb in ICBS:
        for location in icb.locations:
            held = world.practices(seed, icb, location)
            patients = world.patients(seed, held, day)
            yield from ((one, patients[one.code]) for one in held if one.code in patients)


def _network(one: world.Practice, day: date) -> tuple[str, str]:
    network = one.network(day)
    return (network.code, network.name) if network else ("U", "Unallocated")


def _checks(seed: int) -> Iterator[tuple[object, ...]]:
    for at, (one, patients) in enumerate(_listed(CHECKS_TO, seed)):
        if at % TAKING_PART == 0:
            icb, location = one.icb, one.location
            about = (
                "LDHC", one.code, one.name, *_network(one, CHECKS_TO), location.ons_code, location.code, icb.location_name(location),
                icb.ons_code_2024, icb.code, icb.name, icb.region.ons_code, icb.region.code, icb.region.name, f"{CHECKS_TO:%Y%m%d}",
            )  # fmt: skip
            for indicator, measure, value in _figures(one, patients, seed):
                yield (*about, indicator, measure, value)


def _figures(one: world.Practice, patients: int, seed: int) -> Iterator[tuple[str, str, object]]:
    """What the scheme says of a practice. Where one of the young declined of whom fewer than two would be left, both are hidden."""
    chance = draws(seed, "ld_health_checks", one.code)
    yield "LDHC021", "Count", between(chance, 0, 6)
    for indicator, with_plan, register, per in (
        ("LDHCMI034", "LDHCMI036", "LD_REG_1417", 2_600),
        ("LDHCMI035", "LDHCMI037", "LD_REG_18OV", 210),
    ):
        on_register = patients // per + between(chance, 0, 3)
        declined = min(on_register, on_register // 30 + (between(chance, 0, 3) == 0))
        eligible = on_register - declined
        checked = eligible * between(chance, 35, 70) // 100
        planned = checked * between(chance, 90, 100) // 100
        hidden = eligible < 2 and declined > 0
        for name, number in ((indicator, checked), (with_plan, planned)):
            yield name, "Numerator", number
            yield name, "Denominator", HIDDEN if hidden else eligible
            yield name, "HLTHCHKDEC", HIDDEN if hidden else declined
        yield register, "Count", on_register


def _registers(seed: int) -> Iterator[tuple[object, ...]]:
    """Learning disability of the whole list, and depression of that of 18 and over, as the framework has them."""
    for one, patients in _listed(LISTS_AT, seed):
        chance = draws(seed, "qof", one.code)
        adults = patients * between(chance, 770, 820) // 1000
        yield one.code, "DEP", adults * between(chance, 9, 16) // 100, "18OV", adults
        yield one.code, "LD", patients * between(chance, 40, 75) // 10_000, "TOTAL", patients


def _mapping(seed: int) -> Iterator[tuple[str, ...]]:
    for one, _ in _listed(LISTS_AT, seed):
        icb, location = one.icb, one.location
        yield (
            *ENGLAND, icb.region.code, icb.region.ons_code, icb.region.name, icb.code, icb.ons_code_2024, icb.name, location.code,
            location.ons_code, icb.location_name(location), *_network(one, LISTS_AT), one.code, one.name,
        )  # fmt: skip
