"""NHS Workforce Statistics of the fictional region: the CSV of organisations, for three months.

Belongs here: full times and heads of two trusts and the ICB by staff group, where the main groups add up to the total as the
publisher's do and others are parts of them. Does not belong here: staff by home (local_extracts.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.sample.chance import SEED, between, draws
from pipeline.sample.files import CRLF, csv_text, write_text
from pipeline.sample.geography import ICBS

FILE_NAME = "NHS Workforce Statistics, August 2025 Staff Group and Organisation.csv"
HEADER = (
    "Date", "NHSE_Region_Code", "NHSE_Region_Name", "ICS code", "ICS name", "Org Code", "Org Name", "Cluster Group",
    "Benchmark Group", "Staff Group Sort Order", "Staff Group", "Data Type", "Total",
)  # fmt: skip
MONTH_ENDS = ("2024-08-31", "2025-07-31", "2025-08-31")
ORGANISATIONS = (
    ("RZ1", "Sampleshire Hospitals", "Acute", "Acute - Large", 5_200),
    ("RZ2", "Sampleshire Community Health", "Community Provider Trust", "Community Provider Trust", 1_900),
    (ICBS[0].code, ICBS[0].name, "ICB", "Integrated Care Board", 310),
)
# Place in the publisher's list -> group, and how many of a hundred are in it; the main groups alone add up to a hundred.
MAIN_GROUPS = {
    2: ("Professionally qualified clinical staff", 53), 18: ("Support to clinical staff", 29), 22: ("NHS infrastructure support", 17),
    27: ("Other staff or those with unknown classification", 1),
}  # fmt: skip
PARTS = {
    3: ("HCHS Doctors", 11),
    14: ("Nurses & health visitors", 27),
    17: ("Scientific, therapeutic & technical staff", 13),
}


def write_organisations(out_dir: Path, seed: int = SEED) -> Path:
    """Writes the CSV of organisations and returns its path."""
    return write_text(out_dir / FILE_NAME, csv_text([HEADER, *rows(seed)], CRLF))


def rows(seed: int = SEED) -> Iterator[tuple[str, ...]]:
    """The rows of the CSV, headcounts and full times of every group, the total first."""
    icb = ICBS[0]
    for at, month_end in enumerate(MONTH_ENDS):
        for code, name, cluster, benchmark, size in ORGANISATIONS:
            chance = draws(seed, "hchs_workforce_monthly", month_end, code)
            whole = size + 40 * at
            heads = {order: whole * share // 100 for order, (_, share) in (MAIN_GROUPS | PARTS).items()}
            # In hundred-thousandths, as the publisher prints them.
            times = {order: people * between(chance, 82_000, 91_000) for order, people in heads.items()}
            groups = {1: "Total"} | {order: group for order, (group, _) in sorted((MAIN_GROUPS | PARTS).items())}
            # Eight people have posts in two of the groups.
            heads[1] = sum(heads[order] for order in MAIN_GROUPS) - 8
            times[1] = sum(times[order] for order in MAIN_GROUPS)
            place = (
                month_end,
                icb.region.code,
                icb.region.name,
                icb.code,
                icb.short_name,
                code,
                name,
                cluster,
                benchmark,
            )
            for order, group in groups.items():
                yield *place, str(order), group, "FTE", f"{times[order] // 100_000}.{times[order] % 100_000:05}"
                yield *place, str(order), group, "HC", str(heads[order])
