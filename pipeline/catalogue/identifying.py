"""Which columns of an extract identify a person, and what becomes of each at the door.

Belongs here: the kinds of identifying columns, what may become of them, and what a person-level table may not hold beside
them. Does not belong here: the fields themselves (contract.py), the treatment (ingest/read.py with privacy).
"""

from __future__ import annotations

import re
from typing import Literal

Identifies = Literal["", "nhs_number", "pseudonym", "date_of_birth", "postcode", "name", "free_text", "local_id"]
Becomes = Literal["", "pseudonym", "file_number", "age_band", "lsoa", "dropped", "kept"]

# What may become of each; the first is what becomes of it where the contract does not say.
FATES: dict[str, tuple[str, ...]] = {
    "nhs_number": ("pseudonym",),
    "pseudonym": ("pseudonym",),
    "date_of_birth": ("age_band", "dropped"),
    "postcode": ("lsoa", "dropped"),
    "name": ("dropped",),
    "free_text": ("dropped", "kept"),
    "local_id": ("pseudonym", "file_number", "dropped"),
}

# What slips into a wrong column. Of a column that is neither closed nor identifying nothing would stop it.
SLIPS = ("4010232137", "401 023 2137", "SW1A 1AA", "SW1A1AA", "1961-07-23", "23/07/1961", "Okonkwo", "Maud Okonkwo")
LARGEST = 10**9 - 1


def open_to(pattern: str) -> str:
    """What slips through a pattern, '' where nothing does."""
    return next((slip for slip in SLIPS if re.search(pattern, slip)), "")


def why_open(kind: str, allowed: tuple[str, ...], pattern: str, maximum: float | None) -> str:
    """Why a column that identifies nobody could still take an identifier in by mistake; '' where it could not."""
    if kind in ("integer", "decimal"):
        return "" if maximum is not None and maximum <= LARGEST else f"a number needs a `maximum` of at most {LARGEST}"
    if kind != "text" or allowed:
        return ""
    if not pattern:
        return "a text needs `allowed`, a `pattern`, or `identifies`"
    slip = open_to(pattern)
    return f"its pattern lets {slip!r} through" if slip else ""
