"""The ONS lookups of the fictional region: sub-ICB location to ICB to region (2022), ICB names (2024), CCG to STP (2020).

Belongs here: the files as the Open Geography portal writes them. The two younger ones begin with a byte order mark and
stand in the order of their GSS codes; the lookup has CRLF between its records and none after the last, the list has LF.
The lookup of 2020 has neither mark nor CRLF and counts its records from 1, in the order of its STPs.
Does not belong here: the places themselves (geography.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.sample.files import CRLF, LF, csv_text, write_text
from pipeline.sample.geography import ICBS, Icb

LOOKUP_NAME = "LOC22_ICB22_NHSER22_EN_LU.csv"
ICB_NAMES_NAME = "icb_names_codes_dec_2024.csv"
CCG_TO_STP_NAME = "CCG20_STP20_EN_LU.csv"
LOOKUP_HEADER = (
    "LOC22CD", "LOC22CDH", "LOC22NM", "ICB22CD", "ICB22CDH", "ICB22NM", "NHSER22CD", "NHSER22CDH", "NHSER22NM",
)  # fmt: skip
ICB_NAMES_HEADER = ("ICB24CD", "ICB24CDH", "ICB24NM", "ObjectId")
CCG_TO_STP_HEADER = ("FID", "CCG20CD", "CCG20CDH", "CCG20NM", "STP20CD", "STP20CDH", "STP20NM")


def write_sub_icb_to_icb(out_dir: Path, *, icbs: Sequence[Icb] = ICBS) -> Path:
    """Writes the lookup of 2022 and returns its path."""
    rows = sorted(
        (
            location.ons_code, location.code, icb.location_name(location), icb.ons_code, icb.code, icb.name,
            icb.region.ons_code, icb.region.code, icb.region.name,
        )
        for icb in icbs
        for location in icb.locations
    )  # fmt: skip
    return write_text(
        out_dir / LOOKUP_NAME, csv_text([LOOKUP_HEADER, *rows], CRLF).removesuffix(CRLF), encoding="utf-8-sig"
    )


def write_icb_names(out_dir: Path, *, icbs: Sequence[Icb] = ICBS) -> Path:
    """Writes the names and codes of December 2024 and returns its path."""
    listed = sorted((icb.ons_code_2024, icb.code, icb.name) for icb in icbs)
    rows = [(*row, number) for number, row in enumerate(listed, start=1)]
    return write_text(out_dir / ICB_NAMES_NAME, csv_text([ICB_NAMES_HEADER, *rows], LF), encoding="utf-8-sig")


def write_ccg_to_stp(out_dir: Path, *, icbs: Sequence[Icb] = ICBS) -> Path:
    """Writes the lookup of April 2020, when a location was a CCG and an ICB an STP, and returns its path."""
    listed = sorted(
        (icb.ons_code, location.ons_code, location.code, icb.ccg_name(location), icb.code, icb.short_name)
        for icb in icbs
        for location in icb.locations
    )
    rows = [
        (number, ccg_ons, ccg, ccg_name, stp_ons, stp, stp_name)
        for number, (stp_ons, ccg_ons, ccg, ccg_name, stp, stp_name) in enumerate(listed, start=1)
    ]
    return write_text(out_dir / CCG_TO_STP_NAME, csv_text([CCG_TO_STP_HEADER, *rows], LF))


def known_totals(icbs: Sequence[Icb] = ICBS) -> dict[str, int]:
    """How many records each of the three files has."""
    locations = sum(len(icb.locations) for icb in icbs)
    return {"sub_icb_to_icb": locations, "icb_names": len(icbs), "ccg_to_stp": locations}
