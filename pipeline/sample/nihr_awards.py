"""Awards of the NIHR to organisations of the fictional region, and the postcodes at which those have their seat.

Belongs here: the export of awards, with one that states no value, one that ended early and one abroad; and the few rows of the
postcode lookup that say where the organisations are. Does not belong here: support to companies (local_extracts.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from pipeline.sample.chance import SEED, between, draws
from pipeline.sample.files import CRLF, LF, csv_text, write_text
from pipeline.sample.geography import ICBS
from pipeline.sample.ons_councils import DISTRICTS, UNITARY

AWARDS, POSTCODES = "nihr-summary-view_2025-12.csv", "NSPL21_NOV_2025_UK.csv"
HEADER = (
    "project_id", "project_title", "acronym", "award_holder_name", "orcid", "involvement_type", "contracted_organisation",
    "organisation_type", "postcode", "award_amount_from_dh", "award_amount_m", "start_date", "end_date", "programme",
    "programme_type", "programme_stream", "funding_stream", "funder", "project_status", "plain_english_abstract",
    "scientific_abstract", "latitude", "longitude", "geo", "ukcrc_value", "hrcs_rac_category", "ukcrc_value_rac", "categorytype",
    "institutioncountry", "funding_and_awards_link",
)  # fmt: skip
# Organisation, kind, postcode, and where that is: council and ICB. The last is outside England, and so in none.
ORGANISATIONS = (
    ("Sampleshire Hospitals NHS Foundation Trust", "NHS Trust", "XZ1 1AA", DISTRICTS[0][0], ICBS[0]),
    ("University of Sampleshire", "Higher Education Institution", "XZ2 2BB", UNITARY[0], ICBS[0]),
    ("Mockford Health Innovation Ltd", "Company", "XZ3 3CC", DISTRICTS[2][0], ICBS[1]),
    ("Institute of Nowhere", "Higher Education Institution", "XZ9 9XX", "W06999001", None),
)
PROGRAMMES = (
    ("Health Technology Assessment", "Research"), ("Research for Patient Benefit", "Research"),
    ("Doctoral Fellowship", "Career Development"),
)  # fmt: skip
NSPL_HEADER = (
    "pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty25cd,ced25cd,lad25cd,wd25cd,nhser24cd,ctry25cd,rgn25cd,"
    "pcon24cd,ttwa15cd,itl25cd,npark16cd,lsoa21cd,msoa21cd,wz11cd,sicbl24cd,bua24cd,ruc21ind,oac11ind,lat,long,lep21cd1,lep21cd2,"
    "pfa23cd,imd20ind,icb23cd"
)


def write_awards(out_dir: Path, seed: int = SEED) -> Path:
    """Writes the portal's export, with field names and semicolons, and returns its path."""
    lines = [HEADER, *([row.get(name, "") for name in HEADER] for row in awards(seed))]
    text = "".join(";".join(cells) + CRLF for cells in lines)
    return write_text(out_dir / AWARDS, text, "utf-8-sig")


def awards(seed: int = SEED) -> Iterator[dict[str, str]]:
    """Eighteen awards of one to four years by the name of their fields; blank where the export has nothing that is read."""
    chance = draws(seed, "nihr_awards")
    for number in range(1, 19):
        organisation, kind, postcode, _, _ = ORGANISATIONS[(0, 1, 1, 0, 2, 3)[number % 6]]
        programme, programme_type = PROGRAMMES[number % len(PROGRAMMES)]
        begun = date(2021, 4, 1) + timedelta(days=between(chance, 0, 1_300))
        pounds = between(chance, 90_000, 1_900_000)
        yield {
            "project_id": f"NIHR999{number:03}",
            "project_title": f"A study of fictional patients, number {number}",
            "contracted_organisation": organisation,
            "organisation_type": kind,
            "postcode": postcode,
            "award_amount_from_dh": "" if number == 7 else f"{pounds}.{between(chance, 0, 99):02}",
            "start_date": begun.isoformat(),
            "end_date": (begun + timedelta(days=between(chance, 300, 1_460))).isoformat(),
            "programme": programme,
            "programme_type": programme_type,
            "funding_stream": "Researcher-led",
            "funder": "NIHR",
            "project_status": "Discontinued" if number == 11 else "Active",
        }


def write_postcodes(out_dir: Path) -> Path:
    """Writes the rows of the postcode lookup at which the organisations are, and returns its path."""
    rows = []
    for number, (_, _, postcode, council, icb) in enumerate(ORGANISATIONS, start=1):
        cells = dict.fromkeys(NSPL_HEADER.split(","), "")
        cells |= {
            "pcd7": postcode.replace(" ", ""), "pcd8": postcode, "pcds": postcode, "dointr": "198001", "usrtypind": "1", "gridind": "1",
            "lad25cd": council, "wd25cd": f"{council[0]}05999001", "lsoa21cd": f"{council[0]}01999{number:03}",
            "sicbl24cd": icb.locations[0].ons_code if icb else "W11999001", "icb23cd": icb.ons_code if icb else "W99999999",
        }  # fmt: skip
        rows.append(list(cells.values()))
    return write_text(out_dir / POSTCODES, csv_text([NSPL_HEADER.split(","), *rows], LF))
