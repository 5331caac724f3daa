"""Primary care of the fictional region: practices as CQC rates them, staff of practices and of networks, LX-36.

Belongs here: those files in their published formats. Posts are a tenth of what so many patients would have, so that the files
stay small; what the practice file holds and what it calls estimated adds up to the posts of the individual file.
Does not belong here: practices and networks themselves (world.py), what of it counts to which metric (dbt).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

from pipeline.catalogue.load import catalogue
from pipeline.sample import ons_councils, world
from pipeline.sample.chance import SEED, between, draws
from pipeline.sample.files import CRLF, csv_text, published, write_text, write_zip
from pipeline.sample.geography import ICBS
from pipeline.sample.local_extracts import ICB, MONTH, NOT_AVAILABLE, SMALL, SUPPRESSED, Extract

DAY = date(2025, 11, 30)
CENSUS = date(2025, 11, 1)
YEAR_BEFORE = date(2024, 11, 1)
# Of a hundred practices; the rest has no rating yet.
RATINGS = (("Outstanding", 6), ("Good", 74), ("Requires improvement", 8), ("Inadequate", 2))
TRAINING, LOCUM = "GPs in Training Grade", "GP Regular Locums"
# Group of staff -> its prefix in the practice file, its roles in the individual file (plural, singular), posts of a practice.
GP, NURSES, CARE, ADMIN = "GP", "Nurses", "Direct Patient Care", "Admin/Non-Clinical"
GROUPS = {
    GP: ("GP", (("GP Partners", "GP Partner"), (TRAINING, "GP in Training Grade"), (LOCUM, "GP Regular Locum"))),
    NURSES: ("NURSES", (("Practice Nurses", "Practice Nurse"),)),
    CARE: ("DPC", (("Pharmacists", "Pharmacist"),)),
    ADMIN: ("ADMIN", (("Managers", "Manager"), ("Receptionists", "Receptionist"))),
}
GP_PARTS = {"GP Partners": "GP_PTNR_PROV", TRAINING: "GP_TRN_GR_ST1", LOCUM: "GP_LOCUM_VAC"}
SOURCES = {GP: "GP_SOURCE", NURSES: "NURSE_SOURCE", CARE: "DPC_SOURCE", ADMIN: "ADMIN_SOURCE"}
GIVEN, ESTIMATED = "Fully provided", "Fully estimated - no data provided"
NETWORK_POSTS = (
    ("NWRS Staff", "Other Direct Patient Care staff", "Pharmacists", "Pharmacist"),
    ("NWRS Staff", "Other Direct Patient Care staff", "Care Coordinators", "Care Coordinator"),
    ("NWRS contracted services", "Other Direct Patient Care staff", "Social Prescribing Link Workers", "Social Prescribing Link Worker"),
    ("NWRS Staff", "Other Admin/Non-clinical staff", "Managers", "Manager"),
)  # fmt: skip
# Measure -> events of a month for each thousand people, and how many of a hundred events are of somebody new.
MEASURES = {
    "emergency_admissions": (8, 88), "falls": (3, 90), "ambulance_callouts": (7, 80), "ambulance_callouts_avoided": (1, 92),
    "short_term_bed_stays": (1, 97), "community_contacts": (55, 40), "ae_attendances": (30, 82),
}  # fmt: skip
AGES = (("u18", 20), ("18-64", 60), ("65+", 20))


def write_files(folder: Path, seed: int = SEED) -> list[Path]:
    """Writes every file of this module and returns their paths."""
    return [
        write_directory(folder, seed),
        write_practice_staff(folder, seed),
        write_posts(folder, seed),
        *(write_network_staff(folder, month, seed) for month in (YEAR_BEFORE, CENSUS)),
    ]


# --- ratings ----------------------------------------------------------------------------------------------------------


def rating_of(practice: world.Practice, seed: int = SEED) -> str:
    """The overall rating that a practice has, '' for one that awaits its inspection."""
    drawn, reached = between(draws(seed, "cqc", practice.code), 1, 100), 0
    for rating, share in RATINGS:
        reached += share
        if drawn <= reached:
            return rating
    return ""


def practices(day: date, seed: int = SEED) -> list[world.Practice]:
    """The practices with a list on `day`."""
    return [one for one in world.everywhere(ICBS, seed) if one.on_list(day)]


def write_directory(folder: Path, seed: int = SEED) -> Path:
    """The care directory, with the practices alone, and one site that has no code of a practice."""
    header = list(catalogue().contracts["cqc_directory"].table("locations").layouts[0].columns)
    lines = [header]
    for number, practice in enumerate(practices(DAY, seed), start=1):
        rating = rating_of(practice, seed)
        lines.append(_location(header, number, practice.code, practice.name, practice.postcode, rating))
    lines.append(_location(header, number + 1, "", "A SITE WITHOUT A CODE", "XZ1 1AA", "Good"))
    return write_text(folder / "30_November_2025_HSCA_Active_Locations.csv", csv_text(lines, CRLF))


def _location(header: list[str], number: int, code: str, name: str, postcode: str, rating: str) -> list[str]:
    cells = {
        "Location ID": f"1-999{number:06}", "Location HSCA start date": "2013-04-01", "Dormant (Y/N)": "N", "Care home?": "N",
        "Location Name": name, "Location ODS Code": code, "Location Type/Sector": "Primary Medical Services",
        "Location Inspection Directorate": "Primary medical services", "Location Primary Inspection Category": "GP Practices",
        "Location Latest Overall Rating": rating, "Publication Date": "2024-03-12" if rating else "",
        "Inherited Rating (Y/N)": "N" if rating else "", "Location Postal Code": postcode, "Brand ID": "-",
        "Provider ID": f"1-998{number:06}", "Provider Name": name, "Provider Ownership Type": "Partnership",
    }  # fmt: skip
    return [cells.get(column, "") for column in header]


# --- staff of practices -----------------------------------------------------------------------------------------------


def posts_of(practice: world.Practice, seed: int = SEED) -> Iterator[tuple[str, str, str, str, int]]:
    """(group, role, role of one, gender, hundredths of a full time) of every post of a practice."""
    chance = draws(seed, "gp_workforce", practice.code)
    for group, (_, roles) in GROUPS.items():
        for plural, singular in roles:
            # A trainee in every second practice, a locum in every third.
            if (plural == TRAINING and between(chance, 1, 2) == 1) or (plural == LOCUM and between(chance, 1, 3) > 1):
                continue
            yield group, plural, singular, ("Female", "Male")[between(chance, 0, 1)], between(chance, 35, 100)


def withheld(practice: world.Practice) -> str:
    """The group of staff whose figures a practice did not give: nurses, of every ninth."""
    return NURSES if int(practice.code[1:]) % 9 == 4 else ""


def write_practice_staff(folder: Path, seed: int = SEED) -> Path:
    """Staff of practices by group, as the columns of the detailed practice file; NA where a practice gave none."""
    names = [
        f"{gender}_{role}_{measure}"
        for measure, roles in (
            ("HC", [prefix for prefix, _ in GROUPS.values()]),
            ("FTE", [*(prefix for prefix, _ in GROUPS.values()), "GP_EXTG", "GP_EXL", "GP_EXTGL", *GP_PARTS.values()]),
        )
        for role in roles
        for gender in ("TOTAL", "MALE", "FEMALE")
    ]
    header = [*catalogue().contracts["gp_workforce"].table("practice_detailed").layouts[0].columns, *names]
    on_lists = lists(seed)
    lines = [header]
    for practice in practices(CENSUS, seed):
        network, icb = practice.network(CENSUS), practice.icb
        cells = {
            "PRAC_CODE": practice.code, "PRAC_NAME": practice.name, "PCN_CODE": network.code if network else "U",
            "PCN_NAME": network.name if network else "", "SUB_ICB_CODE": practice.location.code,
            "SUB_ICB_NAME": icb.location_name(practice.location), "ICB_CODE": icb.code, "ICB_NAME": icb.name,
            "REGION_CODE": icb.region.code, "REGION_NAME": icb.region.name, "TOTAL_PATIENTS": str(on_lists[practice.code]),
            **{column: ESTIMATED if group == withheld(practice) else GIVEN for group, column in SOURCES.items()},
            **_figures(practice, seed),
        }  # fmt: skip
        # Patients by age and sex, which nothing reads from here, are blank.
        lines.append([cells.get(column, "") for column in header])
    # The publisher's ZIP holds the file of groups beside it; this file is given unpacked.
    return write_text(
        folder / "1 General Practice - November 2025 Practice Level - Detailed.csv", csv_text(lines, CRLF)
    )


def _figures(practice: world.Practice, seed: int) -> dict[str, str]:
    """The cells of one practice by column of the practice file."""
    found = {}
    posts = list(posts_of(practice, seed))
    for gender, wanted in (("TOTAL", ("Male", "Female")), ("MALE", ("Male",)), ("FEMALE", ("Female",))):
        mine = [post for post in posts if post[3] in wanted]
        for group, (prefix, _) in GROUPS.items():
            of_group = [post for post in mine if post[0] == group]
            given = group != withheld(practice)
            found[f"{gender}_{prefix}_HC"] = str(len(of_group)) if given else "NA"
            found[f"{gender}_{prefix}_FTE"] = _full_times(of_group) if given else "NA"
        gps = [post for post in mine if post[0] == GP]
        found[f"{gender}_GP_EXTG_FTE"] = _full_times(post for post in gps if post[1] != TRAINING)
        found[f"{gender}_GP_EXL_FTE"] = _full_times(post for post in gps if post[1] != LOCUM)
        found[f"{gender}_GP_EXTGL_FTE"] = _full_times(post for post in gps if post[1] not in (TRAINING, LOCUM))
        for role, part in GP_PARTS.items():
            found[f"{gender}_{part}_FTE"] = _full_times(post for post in gps if post[1] == role)
    return found


def _full_times(posts) -> str:
    hundredths = sum(post[4] for post in posts)
    return f"{hundredths // 100}.{hundredths % 100:02}"


def lists(seed: int = SEED) -> dict[str, int]:
    """Patients by practice on the lists of the census month."""
    found: dict[str, int] = {}
    for icb in ICBS:
        for location in icb.locations:
            found |= world.patients(seed, world.practices(seed, icb, location), CENSUS)
    return found


def write_posts(folder: Path, seed: int = SEED) -> Path:
    """The individual file: every post, those of groups that a practice did not give as estimates of its area."""
    layout = catalogue().contracts["gp_workforce"].table("individuals").layouts[0]
    header = list(layout.columns)
    lines: list[list[str]] = [header]
    for practice in practices(CENSUS, seed):
        icb = practice.icb
        for number, (group, plural, singular, gender, hundredths) in enumerate(posts_of(practice, seed)):
            estimated = group == withheld(practice)
            cells = {
                "YEAR": str(CENSUS.year), "Month": str(CENSUS.month), "COMM_REGION_CODE": icb.region.code,
                "COMM_REGION_NAME": icb.region.name, "ICB_CODE": icb.code, "ICB_NAME": icb.name,
                "SUB_ICB_CODE": practice.location.code, "SUB_ICB_NAME": icb.location_name(practice.location),
                "DATA_SOURCE": "Estimated" if estimated else "Collected", "UNIQUE_IDENTIFIER": f"{practice.code[1:]}{number}_202511",
                "STAFF_GROUP": group, "DETAILED_STAFF_ROLE": singular, "STAFF_ROLE": plural,
                "COUNTRY_QUALIFICATION_AREA": "Not Applicable", "COUNTRY_QUALIFICATION_GROUP": "Not Applicable",
                "AGE_BAND": "Unknown" if estimated else "40-44", "GENDER": "Other/Unknown" if estimated else gender,
                "FTE": f"{hundredths // 100}.{hundredths % 100:02}",
            }  # fmt: skip
            lines.append([cells.get(column, "NULL") for column in header])
    member = "2 General Practice - November 2025 Individual Level.csv"
    return write_zip(
        folder / "GPWIndividualCSV.112025.zip", {member: csv_text(lines, CRLF).encode()}, published(CENSUS)
    )


# --- staff of networks ------------------------------------------------------------------------------------------------


def network_posts(
    month: date, seed: int = SEED
) -> Iterator[tuple[world.Practice, world.Network, tuple[str, ...], int]]:
    """(a practice of the network, the network, (source, group, role, role of one), hundredths of a full time) of every post."""
    first_of: dict[str, world.Practice] = {}
    for practice in practices(month, seed):
        network = practice.network(month)
        if network:
            first_of.setdefault(network.code, practice)
    for code, practice in sorted(first_of.items()):
        chance = draws(seed, "pcn_workforce", code, month)
        for post in NETWORK_POSTS:
            # A year before a network had a tenth less.
            hundredths = between(chance, 40, 100) * (9 if month == YEAR_BEFORE else 10) // 10
            yield practice, practice.network(month), post, hundredths


def write_network_staff(folder: Path, month: date, seed: int = SEED) -> Path:
    """Staff of networks at a census."""
    header = list(catalogue().contracts["pcn_workforce"].table("individuals").layouts[0].columns)
    lines: list[list[str]] = [header]
    for number, (practice, network, (source, group, plural, singular), hundredths) in enumerate(
        network_posts(month, seed), start=1
    ):
        icb = practice.icb
        cells = {
            "Data_source": source, "CENSUS_YEAR": str(month.year), "CENSUS_MONTH": str(month.month), "PCN_CODE": network.code,
            "PCN_NAME": network.name, "SUB_ICB_CODE": practice.location.code,
            "SUB_ICB_NAME": icb.location_name(practice.location), "ICB_CODE": icb.code, "ICB_NAME": icb.name,
            "COMM_REGION_CODE": icb.region.code, "COMM_REGION_NAME": icb.region.name, "STAFF_GROUP": group, "STAFF_ROLE": plural,
            "DETAILED_STAFF_ROLE": singular, "FTE": f"{hundredths // 100}.{hundredths % 100:02}",
            "UNIQUE_IDENTIFIER": str(number) if source == "NWRS Staff" else "NULL",
        }  # fmt: skip
        lines.append([cells[column] for column in header])
    member = f"Primary Care Networks - {month:%B %Y} Individual Level.csv"
    content = csv_text(lines, CRLF).encode()
    return write_zip(folder / f"PCNWFIndividualCSV.{month:%m%Y}.zip", {member: content}, published(month))


# --- LX-36 ------------------------------------------------------------------------------------------------------------


def _outcomes(chance: Random, month: date = CENSUS) -> Iterator[dict[str, object]]:
    """Two networks by age with the patients on their lists, a ward and a council with residents, the ward's least for few."""
    for area, people, basis in areas_of_outcomes():
        for measure, (rate, new) in MEASURES.items():
            told_apart = basis == "registered" and measure in ("emergency_admissions", "falls")
            for age, share in AGES if told_apart else (("all", 100),):
                population = people * share // 100
                level = between(chance, 85, 115) + (
                    12 if month == YEAR_BEFORE and measure == "emergency_admissions" else 0
                )
                events = population * rate * level // 100_000
                found = max(1, events * new // 100) if events else 0
                few = 0 < found < SMALL
                yield {
                    "area_code": area,
                    "measure": measure,
                    "age_group": age,
                    "events": SUPPRESSED if few and events >= SMALL else str(events),
                    "people": SUPPRESSED if few else str(found),
                    # Nobody counts the residents of the ward.
                    "population": population if basis else None,
                    "population_basis": basis or None,
                }
    yield {
        "area_code": ICB, "measure": "ambulance_callouts_avoided", "age_group": "all", "events": NOT_AVAILABLE,
        "people": NOT_AVAILABLE, "population": None, "population_basis": None,
    }  # fmt: skip


def areas_of_outcomes() -> tuple[tuple[str, int, str], ...]:
    """(code, people, whom they are) of the areas that LX-36 tells of."""
    first, second = world.networks(SEED, ICBS[0].locations[0])[:2]
    council = ons_councils.council_of(0, 2023)[0]
    return (
        (first.code, 52_000, "registered"), (second.code, 31_000, "registered"), (ons_councils.ward_of(0)[0], 5_200, ""),
        (council, 98_000, "resident"),
    )  # fmt: skip


_outcomes_before: Callable[[Random], Iterator[dict[str, object]]] = partial(_outcomes, month=YEAR_BEFORE)
EXTRACTS = (
    Extract("lx_36_neighbourhood_outcomes", "outcomes", ICB, MONTH, _outcomes, "month"),
    Extract(
        "lx_36_neighbourhood_outcomes",
        "outcomes",
        ICB,
        "2024-11",
        _outcomes_before,
        "month",
        number=2,
        apart="a year before",
    ),
)
