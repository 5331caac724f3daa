"""The ODS file of general practices for the fictional region, epraccur.csv, in both generations.

Belongs here: 27 quoted columns without a header, CRLF, in the order of the codes, and the totals they must add up to.
`letters` (2019 to 2023) writes status A, C or D and the prescribing setting as a number; `words` (2026) writes ACTIVE,
INACTIVE or DORMANT, the setting as a role (RO76) and the town in the fourth line of the address.
Does not belong here: the practices (world.py), reading the file (ingest).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from pipeline.sample import world
from pipeline.sample.chance import SEED
from pipeline.sample.files import CRLF, csv_text, write_text
from pipeline.sample.geography import ICBS, Icb

Generation = Literal["letters", "words"]

RELEASES: dict[date, Generation] = {date(2022, 1, 1): "letters", date(2026, 2, 1): "words"}
STATUS = {
    "letters": {"open": "A", "closed": "C", "dormant": "D"},
    "words": {"open": "ACTIVE", "closed": "INACTIVE", "dormant": "DORMANT"},
}
GP_PRACTICE = "4"
ROLE = {
    "4": "RO76", "0": "RO72", "1": "RO87", "2": "RO80", "8": "RO255", "9": "RO247",
}  # fmt: skip
JOINED = date(2020, 4, 1)


def write_release(
    out_dir: Path, day: date, generation: Generation, *, seed: int = SEED, icbs: Sequence[Icb] = ICBS
) -> Path:
    """Writes the file as it stood on `day`, under its published name and the month, and returns its path."""
    rows = sorted(_rows(day, generation, seed, icbs))
    text = csv_text(rows, CRLF, quoting=csv.QUOTE_ALL)
    return write_text(out_dir / f"epraccur__{day:%Y-%m}.csv", text)


def known_totals(
    day: date, generation: Generation, *, seed: int = SEED, icbs: Sequence[Icb] = ICBS
) -> Counter[tuple[str, str]]:
    """Organisations by (status, prescribing setting), both as the generation spells them."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in (*world.everywhere(icbs, seed), *_cost_centres(seed, icbs)):
        if one.opened <= day:
            setting = one.setting if isinstance(one, world.CostCentre) else GP_PRACTICE
            counts[STATUS[generation][_state(one, day)], setting if generation == "letters" else ROLE[setting]] += 1
    return counts


def _cost_centres(seed: int, icbs: Sequence[Icb]) -> Iterator[world.CostCentre]:
    for icb in icbs:
        for location in icb.locations:
            yield from world.cost_centres(seed, icb, location)


def _state(one: world.Practice | world.CostCentre, day: date) -> str:
    if one.closed is not None and one.closed <= day:
        return "closed"
    return "dormant" if isinstance(one, world.Practice) and one.dormant else "open"


def _rows(day: date, generation: Generation, seed: int, icbs: Sequence[Icb]) -> Iterator[tuple[str, ...]]:
    for one in (*world.everywhere(icbs, seed), *_cost_centres(seed, icbs)):
        if one.opened > day:
            continue
        state = _state(one, day)
        setting = one.setting if isinstance(one, world.CostCentre) else GP_PRACTICE
        closed = f"{one.closed:%Y%m%d}" if state == "closed" else ""
        # A practice long closed never joined the commissioner of 2020: it keeps the date and the code of before.
        joined = max(one.opened, JOINED if state != "closed" else date(2013, 4, 1))
        place = one.place.upper()
        county = one.icb.region.name.upper()
        address = (one.street, "", place, county) if generation == "letters" else (one.street, "", "", place)
        yield (
            one.code, one.name, one.icb.region.code, one.icb.code, *address, "", one.postcode, f"{one.opened:%Y%m%d}",
            closed, STATUS[generation][state], "B", one.location.code, f"{joined:%Y%m%d}", closed,
            f"01632 960{int(one.code[3:]) % 1000:03}", "", "", "", "0" if generation == "letters" else "1", "",
            one.location.code, "", setting if generation == "letters" else ROLE[setting], "",
        )  # fmt: skip
