"""Appointments in General Practice, practice-level crosstab, for the fictional region: a month's parts and its mapping.

Belongs here: the parts as the publisher writes them (CRLF, months as 01NOV2025, `Video Conference/Online` and
`Unknown / Data Issue` where the regional file has other words, no zero counts), Mapping.csv, and the totals they must add
up to. Every cell of the regional file (status, professional, mode and time of a location and month) is shared out among
its practices and their categories, so the crosstab of a month adds up to the regional file. DuckDB does the sharing, in
whole numbers, because a crosstab of many months has tens of millions of rows.
Does not belong here: the regional cells (gp_appointments_regional.py), the practices (world.py), reading (ingest).
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import duck
from pipeline.sample import gp_appointments_regional as regional
from pipeline.sample import world
from pipeline.sample.chance import SEED, between, draws
from pipeline.sample.files import CRLF, csv_text, month_label, published, write_text, write_zip
from pipeline.sample.geography import ICBS, Icb
from pipeline.sample.gp_appointments_coverage import day_text

if TYPE_CHECKING:
    import duckdb

MONTH = date(2025, 11, 1)
HEADER = (
    "APPOINTMENT_MONTH_START_DATE", "GP_CODE", "GP_NAME", "SUPPLIER", "PCN_CODE", "PCN_NAME", "SUB_ICB_LOCATION_CODE",
    "SUB_ICB_LOCATION_NAME", "HCP_TYPE", "APPT_MODE", "NATIONAL_CATEGORY", "TIME_BETWEEN_BOOK_AND_APPT",
    "COUNT_OF_APPOINTMENTS", "APPT_STATUS",
)  # fmt: skip
MAPPING_HEADER = (
    "GP_CODE", "GP_NAME", "SUPPLIER", "PCN_CODE", "PCN_NAME", "SUB_ICB_LOCATION_CODE", "SUB_ICB_LOCATION_NAME",
    "ICB_CODE", "ICB_NAME", "REGION_CODE", "REGION_NAME",
)  # fmt: skip
UNALLOCATED = ("U", "UNALLOCATED")
# What the regional file calls otherwise.
MODE_HERE = {"Video/Online": "Video Conference/Online"}
TIME_HERE = {"Unknown / Data Quality": "Unknown / Data Issue"}
# Rows of a practice of England's mean size in a month, measured; real ones have some 175, the larger ones of scale 1 290.
ROWS_PER_PRACTICE_MONTH = 255

_ROUTINE, _ACUTE = "General Consultation Routine", "General Consultation Acute"
_PROCEDURE, _CLINICS, _TRIAGE = "Planned Clinical Procedure", "Planned Clinics", "Clinical Triage"
_UNPLANNED, _ROUND = "Unplanned Clinical Activity", "Patient contact during Care Home Round"
_CARE = "Care Related Encounter but does not fit into any other category"
_NEEDS = "Care Home Needs Assessment & Personalised Care and Support Planning"
_EXTERNAL = "Service provided by organisation external to the practice"
_MIXED = "Inconsistent Mapping"
# (professional, mode) -> (national category, its weight in ten appointments, per cent of practices that use it): Kent and
# Medway with two locations of Mid and South Essex, October 2025. The first is for where no practice of a location uses any.
CATEGORIES = {
    ("GP", "Face-to-Face"): (
        (_ROUTINE, 12657, 86), (_ACUTE, 10067, 88), (_CLINICS, 3983, 76), (_PROCEDURE, 3534, 65), (_MIXED, 1508, 57),
        (_TRIAGE, 1182, 31), (_UNPLANNED, 433, 14), (_CARE, 313, 9), ("Non-contractual chargeable work", 54, 10),
        ("Walk-in", 38, 5),
    ),
    ("GP", "Home Visit"): (
        ("Home Visit", 202, 45), (_ROUND, 193, 8), ("Care Home Visit", 149, 13), (_NEEDS, 27, 2), (_CLINICS, 16, 2),
        (_MIXED, 12, 3),
    ),
    ("GP", "Telephone"): (
        (_ROUTINE, 5948, 74), (_TRIAGE, 5525, 48), (_ACUTE, 5159, 65), (_CLINICS, 1671, 34), (_MIXED, 1458, 42),
        (_UNPLANNED, 255, 8),
    ),
    ("GP", "Unknown"): ((_MIXED, 839, 40), (_TRIAGE, 61, 3), (_ROUTINE, 22, 1)),
    ("GP", "Video/Online"): (
        (_TRIAGE, 1804, 15), (_MIXED, 1667, 26), (_ACUTE, 199, 4), (_CLINICS, 91, 3), (_CARE, 79, 4), (_ROUTINE, 68, 2),
        (_UNPLANNED, 64, 3),
    ),
    ("Other Practice staff", "Face-to-Face"): (
        (_PROCEDURE, 29053, 85), (_CLINICS, 15428, 94), (_ROUTINE, 11928, 89), (_ACUTE, 5481, 81), (_MIXED, 3654, 74),
        (_EXTERNAL, 679, 17), (_TRIAGE, 626, 26), (_CARE, 420, 23), ("Walk-in", 332, 8),
        ("Group Consultation and Group Education", 15, 8),
    ),
    ("Other Practice staff", "Home Visit"): (
        ("Home Visit", 436, 43), (_ROUND, 271, 6), ("Care Home Visit", 269, 7), (_MIXED, 80, 5), (_CLINICS, 19, 5),
        (_PROCEDURE, 13, 4), (_NEEDS, 8, 3),
    ),
    ("Other Practice staff", "Telephone"): (
        (_ROUTINE, 3830, 76), (_MIXED, 2519, 47), (_CLINICS, 2338, 56), (_ACUTE, 1851, 56), (_TRIAGE, 1748, 41),
        ("Structured Medication Review", 703, 21), (_CARE, 179, 12), ("Social Prescribing Service", 157, 8),
        (_ROUND, 120, 3), (_PROCEDURE, 89, 7), (_UNPLANNED, 85, 6),
    ),
    ("Other Practice staff", "Unknown"): ((_MIXED, 1340, 53), (_TRIAGE, 221, 3), (_ROUTINE, 24, 1)),
    ("Other Practice staff", "Video/Online"): (
        (_TRIAGE, 1970, 13), (_MIXED, 1371, 29), (_CLINICS, 265, 3), (_ROUTINE, 192, 4), (_PROCEDURE, 142, 2), (_CARE, 98, 3),
    ),
    ("Unknown", "Face-to-Face"): ((_MIXED, 103, 4), (_ACUTE, 141, 2)),
    ("Unknown", "Home Visit"): (("Home Visit", 28, 3), (_ROUND, 30, 1)),
    ("Unknown", "Telephone"): ((_MIXED, 71, 3), (_ACUTE, 48, 2), (_TRIAGE, 31, 2)),
    ("Unknown", "Unknown"): (("Unmapped", 1136, 26),),
    ("Unknown", "Video/Online"): ((_MIXED, 10, 2), (_TRIAGE, 275, 1)),
}  # fmt: skip
PAIRS = tuple(CATEGORIES)

# One regional cell among those who share it: the steps of floor((cumulative weight * count + start) / all weights), as in
# chance.shared_out, the start a millionth of all weights times `start`. `key` puts the rows of a part in a total order.
SHARED_OUT = """
create or replace temp table shared as
select
    share.practice, cell.pair, share.category, cell.status, cell.time,
    (start * all_weights // 1000000 + reached * count) // all_weights
        - (start * all_weights // 1000000 + (reached - weight) * count) // all_weights as appointments,
    (((share.practice * 64 + cell.pair) * 64 + share.category) * 8 + cell.status) * 16 + cell.time as key
from cell join share using (crowd, pair)
where cell.part = ? and appointments > 0
"""
LINES = """
select {day} || ',' || practice.text || ',' || pair.text || ',' || category.text || ',' || time.text || ','
    || appointments || ',' || status.text || chr(13) as {header}
from shared
join practice on practice.id = shared.practice
join word as pair on pair.kind = 'pair' and pair.id = shared.pair
join word as category on category.kind = 'category' and category.id = shared.category
join word as time on time.kind = 'time' and time.id = shared.time
join word as status on status.kind = 'status' and status.id = shared.status
order by key
"""


@dataclass
class Totals:
    """What the crosstab of one month or several adds up to, as it was written."""

    rows: int = 0
    appointments: int = 0
    by_practice: Counter[str] = field(default_factory=Counter)
    by_category: Counter[str] = field(default_factory=Counter)

    def add(self, other: Totals) -> None:
        self.rows += other.rows
        self.appointments += other.appointments
        self.by_practice += other.by_practice
        self.by_category += other.by_category


def known_totals(
    seed: int = SEED, *, month: date = MONTH, icbs: Sequence[Icb] = ICBS
) -> dict[tuple[str, str, str, str, str], int]:
    """Appointments by (location, status, professional, mode, time) in the crosstab's words, from the regional file."""
    return {
        (location.code, status, professional, MODE_HERE.get(mode, mode), TIME_HERE.get(time, time)): count
        for icb in icbs
        for location in icb.locations
        for status, professional, mode, time, count in regional.cells(seed, location, month)
    }


def write_release(
    out_dir: Path, *, seed: int = SEED, month: date = MONTH, icbs: Sequence[Icb] = ICBS, shares: Shares | None = None
) -> tuple[Path, Totals]:
    """Writes the month's ZIP of its parts and Mapping.csv; returns its path and what the parts add up to."""
    name = f"Practice_Level_Crosstab_{month_label(month)}"
    with tempfile.TemporaryDirectory(prefix="crosstab-") as scratch:
        written, totals = write_parts(Path(scratch), seed=seed, month=month, icbs=icbs, shares=shares)
        written.append(write_mapping(Path(scratch), seed=seed, month=month, icbs=icbs))
        members: dict[str, bytes | Path] = {file.name: file for file in written}
        return write_zip(out_dir / f"{name}.zip", members, published(month), level=6), totals


def write_parts(
    out_dir: Path,
    *,
    seed: int = SEED,
    month: date = MONTH,
    icbs: Sequence[Icb] = ICBS,
    shares: Shares | None = None,
) -> tuple[list[Path], Totals]:
    """Writes the month's parts beside each other, as CSV; returns their paths and what they add up to.

    `shares` may be handed from month to month: it keeps what does not change.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    shares = shares or Shares(seed, icbs)
    shares.turn_to(month)
    totals, written = Totals(), []
    for part in sorted({icb.part for icb in icbs}):
        path = out_dir / f"Practice_Level_Crosstab_{part}_{month_label(month)}.csv"
        totals.add(shares.write(part, path, month))
        written.append(path)
    return written, totals


def write_mapping(
    out_dir: Path, *, seed: int = SEED, month: date = MONTH, icbs: Sequence[Icb] = ICBS, name: str = "Mapping.csv"
) -> Path:
    """Writes the mapping: every practice on the lists of the month, whether it sends appointments or not."""
    rows = sorted(
        (*_practice_cells(one, month), one.icb.code, one.icb.name, one.icb.region.code, one.icb.region.name)
        for one in world.everywhere(icbs, seed)
        if one.on_list(month)
    )
    return write_text(out_dir / name, csv_text([MAPPING_HEADER, *rows], CRLF))


def _practice_cells(one: world.Practice, month: date) -> tuple[str, ...]:
    network = one.network(month)
    return (
        one.code, one.name, one.supplier, *((network.code, network.name) if network else UNALLOCATED),
        one.location.code, one.icb.location_name(one.location),
    )  # fmt: skip


class Shares:
    """Who shares the cells of a location, in a DuckDB of its own: one crowd of practices for as long as it stays the same."""

    def __init__(self, seed: int, icbs: Sequence[Icb]) -> None:
        self.seed, self.icbs = seed, icbs
        self.held = {
            location.number: world.practices(seed, icb, location) for icb in icbs for location in icb.locations
        }
        self.numbers = {one.code: at for at, one in enumerate(o for held in self.held.values() for o in held)}
        self.categories = sorted({category for of_pair in CATEGORIES.values() for category, _, _ in of_pair})
        self.crowds: dict[tuple[str, ...], int] = {}
        self.con = self._connect()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        con = duck.connect()
        con.execute("set memory_limit = '1500MB'")
        con.execute(
            "create table share (crowd int, pair int, practice bigint, category bigint, weight bigint, reached bigint, "
            "all_weights bigint); create table word (kind text, id bigint, text text); "
            "create table practice (id bigint, code text, text text); "
            "create table cell (part text, crowd int, pair int, status bigint, time bigint, count bigint, start bigint)"
        )
        times = [TIME_HERE.get(time, time) for time in regional.TIMES]
        pairs = [f"{professional},{MODE_HERE.get(mode, mode)}" for professional, mode in PAIRS]
        words = {"time": times, "pair": pairs, "category": self.categories, "status": regional.STATUSES}
        for kind, texts in words.items():
            _insert(con, "word", [(kind, at, text) for at, text in enumerate(texts)])
        return con

    def turn_to(self, month: date) -> None:
        """Puts the cells of `month`, and who its practices are, into the database."""
        lines, cells, new = [], [], []
        pair_at = {pair: at for at, pair in enumerate(PAIRS)}
        for icb in self.icbs:
            for location in icb.locations:
                present = [one for one in self.held[location.number] if one.sends and one.on_list(month)]
                lines += (
                    (self.numbers[one.code], one.code, csv_text([_practice_cells(one, month)], "")) for one in present
                )
                who = tuple(one.code for one in present)
                if who not in self.crowds:
                    self.crowds[who] = len(self.crowds)
                    new += self._shares(self.crowds[who], present)
                chance = draws(self.seed, location.code, month, "crosstab")
                cells += (
                    (
                        icb.part, self.crowds[who], pair_at[professional, mode], regional.STATUSES.index(status),
                        regional.TIMES.index(time), count, between(chance, 0, 999_999),
                    )
                    for status, professional, mode, time, count in regional.cells(self.seed, location, month)
                )  # fmt: skip
        self.con.execute("delete from cell; delete from practice")
        _insert(self.con, "practice", lines)
        _insert(self.con, "cell", cells)
        _insert(self.con, "share", new)

    def _shares(self, crowd: int, present: Sequence[world.Practice]) -> Iterator[tuple[int, ...]]:
        used = {one.code: dict(_used(self.seed, one)) for one in present}
        for at, pair in enumerate(PAIRS):
            weights = [
                # Who uses what few use has more of it, so that the location has as much of it as others.
                (
                    self.numbers[one.code],
                    self.categories.index(category),
                    one.size * used[one.code][pair, category] * weight * 100 // per_cent,
                )
                for one in present
                for category, weight, per_cent in CATEGORIES[pair]
                if (pair, category) in used[one.code]
            ]
            if not weights:
                first = self.categories.index(CATEGORIES[pair][0][0])
                weights = [(self.numbers[one.code], first, one.size) for one in present[:1]]
            all_weights, reached = sum(weight for _, _, weight in weights), 0
            for practice, category, weight in weights:
                reached += weight
                yield crowd, at, practice, category, weight, reached, all_weights

    def write(self, part: str, path: Path, month: date) -> Totals:
        """Writes one part of the month that was turned to and returns what it adds up to."""
        self.con.execute(SHARED_OUT, [part])
        lines = LINES.format(day=duck.text(day_text(month)), header=duck.name(",".join(HEADER) + "\r"))
        # The lines are whole: no quoting, and a delimiter that is in none of them.
        self.con.execute(
            f"copy ({lines}) to {duck.text(path)} (format csv, header true, quote '', escape '', delimiter '\x1f')"
        )
        totals = Totals()
        (totals.rows, totals.appointments) = self.con.execute(
            "select count(*), coalesce(sum(appointments), 0)::bigint from shared"
        ).fetchone()
        for counter, table, column in (
            (totals.by_practice, "practice on practice.id = shared.practice", "practice.code"),
            (totals.by_category, "word on kind = 'category' and word.id = shared.category", "word.text"),
        ):
            counter.update(
                dict(
                    self.con.execute(
                        f"select {column}, sum(appointments)::bigint from shared join {table} group by all order by 1"
                    ).fetchall()
                )
            )
        return totals


def _used(seed: int, one: world.Practice) -> Iterator[tuple[tuple[tuple[str, str], str], int]]:
    """The ((professional, mode), category) that a practice has in its appointment book, and how fond it is of each.

    Practices differ widely in that, so most of what a practice does falls into few categories.
    """
    habit = draws(seed, one.code, "categories")
    for pair, of_pair in CATEGORIES.items():
        for category, _, per_cent in of_pair:
            fondness = between(habit, 1, 10) ** 3
            if between(habit, 1, 100) <= per_cent:
                yield (pair, category), fondness


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple]) -> None:
    import pyarrow

    if not rows:
        return
    names = [name for (name, *_) in con.execute(f"describe {table}").fetchall()]
    batch = pyarrow.table(dict(zip(names, map(pyarrow.array, zip(*rows, strict=True)), strict=True)))
    con.register("batch", batch)
    con.execute(f"insert into {table} select * from batch")
    con.unregister("batch")
