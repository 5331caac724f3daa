"""The ONS lookups of the fictional region: sub-ICB location to ICB to region (2022) and the names of ICBs (2024).

Belongs here: the two files as the Open Geography portal writes them. Both begin with a byte order mark and stand in
the order of their GSS codes; the lookup has CRLF between its records and none after the last, the list has LF.
Does not belong here: the places themselves (geography.py).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.sample.geography import ICBS, REGION, Icb, Region

LOOKUP_NAME = "LOC22_ICB22_NHSER22_EN_LU.csv"
ICB_NAMES_NAME = "icb_names_codes_dec_2024.csv"
LOOKUP_HEADER = (
    "LOC22CD", "LOC22CDH", "LOC22NM", "ICB22CD", "ICB22CDH", "ICB22NM", "NHSER22CD", "NHSER22CDH", "NHSER22NM",
)  # fmt: skip
ICB_NAMES_HEADER = ("ICB24CD", "ICB24CDH", "ICB24NM", "ObjectId")


def write_sub_icb_to_icb(out_dir: Path, *, icbs: Sequence[Icb] = ICBS, region: Region = REGION) -> Path:
    """Writes the lookup of 2022 and returns its path."""
    rows = sorted(
        (
            location.ons_code, location.code, icb.location_name(location), icb.ons_code, icb.code, icb.name,
            region.ons_code, region.code, region.name,
        )
        for icb in icbs
        for location in icb.locations
    )  # fmt: skip
    text = _csv_text([LOOKUP_HEADER, *rows], "\r\n").removesuffix("\r\n")
    return _write(out_dir / LOOKUP_NAME, text)


def write_icb_names(out_dir: Path, *, icbs: Sequence[Icb] = ICBS) -> Path:
    """Writes the names and codes of December 2024 and returns its path."""
    listed = sorted((icb.ons_code_2024, icb.code, icb.name) for icb in icbs)
    rows = [(*row, number) for number, row in enumerate(listed, start=1)]
    return _write(out_dir / ICB_NAMES_NAME, _csv_text([ICB_NAMES_HEADER, *rows], "\n"))


def _csv_text(rows: Iterable[tuple], line_end: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end).writerows(rows)
    return text.getvalue()


def _write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8-sig"))
    return path
