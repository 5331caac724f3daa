"""A folder of synthetic files at any scale, as a person would have downloaded them, and what they add up to.

Belongs here: which files a collection of a given scale holds, a folder per dataset, and known_totals.json beside them.
Does not belong here: making a file (the module of each dataset), the embedded sample (embedded.py).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.errors import Fault
from pipeline.sample import (
    gp_appointments_coverage,
    gp_appointments_practice,
    gp_appointments_regional,
    gp_registered_patients,
    ods_epcn,
    ods_epraccur,
    ons_lookups,
    world,
)
from pipeline.sample.chance import SEED
from pipeline.sample.files import month_label, months_ending
from pipeline.sample.geography import PRACTICES_AT_SCALE_1, Icb
from pipeline.sample.geography import world as icbs_of

KNOWN_TOTALS = "known_totals.json"
LAST_MONTH = gp_appointments_practice.MONTH
MONTHS_IN_A_RELEASE, MOST_MONTHS, MONTHS_FOR_ROWS = 30, 120, 36
# The ZIPs of a large collection are read once: time counts for more than the last tenth of their size.
PACKING = 6


@dataclass(frozen=True)
class Plan:
    """What a collection holds. `plain`: the crosstab's parts as CSV files instead of one ZIP a month."""

    practices: int
    months: int
    seed: int
    plain: bool

    @property
    def of_crosstab(self) -> tuple[date, ...]:
        return months_ending(LAST_MONTH, self.months)

    @property
    def windows(self) -> Iterator[tuple[date, ...]]:
        """The months of each regional and coverage release that it takes to cover those of the crosstab."""
        for back in range(0, self.months, MONTHS_IN_A_RELEASE):
            yield months_ending(months_ending(LAST_MONTH, back + 1)[0], MONTHS_IN_A_RELEASE)


@dataclass(frozen=True)
class Written:
    """A collection on disk: its files, and the content of known_totals.json."""

    folder: Path
    files: tuple[Path, ...]
    totals: dict

    def facts(self) -> dict:
        """What a script wants to know: where, which files, and the totals."""
        return {"folder": self.folder, "files": self.files, "known_totals": self.totals}

    def lines(self) -> Iterator[str]:
        """What a person wants to know: files and sizes by dataset, rows of the crosstab, what to do next."""
        for dataset in self.totals["datasets"]:
            sizes = [file.stat().st_size for file in self.files if file.parent.name == dataset]
            yield f"  {dataset:<26} {len(sizes):>4} files {sum(sizes) / 1e6:>10,.1f} MB"
        if "gp_appointments_practice" in self.totals["datasets"]:
            crosstab = self.totals["datasets"]["gp_appointments_practice"]["crosstab"]
            yield f"crosstab: {crosstab['rows']:,} rows, {crosstab['appointments']:,} appointments"
        yield (
            f"{self.totals['icbs']} ICBs, {self.totals['sub_icb_locations']} sub-ICB locations, "
            f"{self.totals['practices']:,} practices, all fictional; totals in {self.folder / KNOWN_TOTALS}"
        )
        yield f"next: ics-marts add {self.folder} --synthetic"


def plan(*, scale: int | None, months: int | None, practice_rows: int | None, seed: int = SEED) -> Plan:
    """What was asked for; Fault where it is contradictory or out of range."""
    if scale is not None and practice_rows is not None:
        raise Fault("--scale and --practice-rows exclude each other", where="sample", remedy="Give one of them")
    for name, value in (("--scale", scale), ("--months", months), ("--practice-rows", practice_rows)):
        if value is not None and value < 1:
            raise Fault(f"{name} {value} is out of range; it can be 1 or more", where="sample")
    if months is not None and months > MOST_MONTHS:
        raise Fault(f"--months {months} is out of range; it can be {MOST_MONTHS} at most", where="sample")
    if practice_rows is not None:
        months = months or MONTHS_FOR_ROWS
        practices = -(-practice_rows // (months * gp_appointments_practice.ROWS_PER_PRACTICE_MONTH))
        return Plan(practices, months, seed, plain=True)
    return Plan((scale or 1) * PRACTICES_AT_SCALE_1, months or 1, seed, plain=False)


def write(
    out: Path, wanted: Plan, datasets: Sequence[str] = (), *, progress: Callable[[str], None] = lambda words: None
) -> Written:
    """Writes the collection into `out`, which is new or empty; every dataset where `datasets` names none.

    Raises Fault where a dataset is unknown, `out` holds something, or the fictional codes do not reach that far.
    """
    unknown = sorted(set(datasets) - set(WRITERS))
    if unknown:
        raise Fault(
            f"no synthetic files are made for {', '.join(unknown)}",
            where="sample",
            remedy=f"Ask for {', '.join(WRITERS)}",
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Fault(f"{out} is there and not an empty folder", where="--out", remedy="Name a folder that is not there")
    icbs = icbs_of(wanted.practices, wanted.seed)
    files: list[Path] = []
    totals: dict = {
        "seed": wanted.seed,
        "icbs": len(icbs),
        "sub_icb_locations": sum(len(icb.locations) for icb in icbs),
        "practices": sum(location.practices for icb in icbs for location in icb.locations),
        "datasets": {},
    }
    for dataset in WRITERS:
        if not datasets or dataset in datasets:
            progress(f"writing {dataset}")
            folder = out / dataset
            folder.mkdir(parents=True)
            made, totals["datasets"][dataset] = WRITERS[dataset](folder, wanted, icbs, progress)
            files += made
    content = json.dumps(totals, indent=1, sort_keys=True) + "\n"
    (out / KNOWN_TOTALS).write_text(content, encoding="utf-8")
    return Written(out, tuple(files), totals)


Made = tuple[list[Path], dict]
Progress = Callable[[str], None]


def _ons_lookups(folder: Path, wanted: Plan, icbs: Sequence[Icb], progress: Progress) -> Made:
    files = [
        ons_lookups.write_sub_icb_to_icb(folder, icbs=icbs), ons_lookups.write_icb_names(folder, icbs=icbs),
        ons_lookups.write_ccg_to_stp(folder, icbs=icbs),
    ]  # fmt: skip
    return files, {table: {"rows": rows} for table, rows in ons_lookups.known_totals(icbs).items()}


def _ods_epraccur(folder: Path, wanted: Plan, icbs: Sequence[Icb], progress: Progress) -> Made:
    files, releases = [], {}
    for day, generation in ods_epraccur.RELEASES.items():
        files.append(ods_epraccur.write_release(folder, day, generation, seed=wanted.seed, icbs=icbs))
        counts = ods_epraccur.known_totals(day, generation, seed=wanted.seed, icbs=icbs)
        releases[f"{day:%Y-%m}"] = {
            "rows": counts.total(),
            "by_status_and_setting": {"/".join(key): count for key, count in counts.items()},
        }
    return files, {"practices": releases}


def _ods_epcn(folder: Path, wanted: Plan, icbs: Sequence[Icb], progress: Progress) -> Made:
    files, networks, partners = [], {}, {}
    for day in ods_epcn.RELEASES:
        files.append(ods_epcn.write_release(folder, day, seed=wanted.seed, icbs=icbs))
        counts = ods_epcn.known_totals(day, seed=wanted.seed, icbs=icbs)
        networks[f"{day:%Y-%m}"] = {"rows": counts["networks"]}
        partners[f"{day:%Y-%m}"] = {
            "rows": counts["partners"], "current": counts["current_partners"], "ended": counts["ended_partners"],
        }  # fmt: skip
    return files, {"networks": networks, "partners": partners}


def _gp_registered_patients(folder: Path, wanted: Plan, icbs: Sequence[Icb], progress: Progress) -> Made:
    files, totals = [], {"practice_totals": {}, "practice_map": {}, "quinary_age": {}}
    location_of = {one.code: one.location.code for one in world.everywhere(icbs, wanted.seed)}
    for day in sorted({*gp_registered_patients.RELEASES, *wanted.of_crosstab}):
        given = {"seed": wanted.seed, "icbs": icbs}
        lists = gp_registered_patients.known_totals(day, **given)
        by_location: Counter[str] = Counter()
        for code, patients in lists.items():
            by_location[location_of[code]] += patients
        facts = {"rows": len(lists), "patients": sum(lists.values()), "by_location": dict(by_location)}
        month = f"{day:%Y-%m}"
        files += [
            gp_registered_patients.write_practice_totals(folder, day, **given),
            gp_registered_patients.write_practice_map(folder, day, **given),
        ]
        totals["practice_totals"][month] = facts
        totals["practice_map"][month] = {"rows": len(lists)}
        if day in gp_registered_patients.RELEASES:
            files.append(gp_registered_patients.write_quinary_age(folder, day, **given))
            totals["quinary_age"][month] = {"patients": facts["patients"], "by_location": facts["by_location"]}
    return files, totals


def _gp_appointments_regional(folder: Path, wanted: Plan, icbs: Sequence[Icb], progress: Progress) -> Made:
    files, releases = [], {}
    for months in wanted.windows:
        progress(f"writing gp_appointments_regional, {month_label(months[-1])}")
        given = {"months": months, "icbs": icbs}
        files.append(gp_appointments_regional.write_release(folder, seed=wanted.seed, level=PACKING, **given))
        counts = gp_appointments_regional.known_totals(wanted.seed, **given)
        by_month: Counter[str] = Counter()
        by_status: Counter[str] = Counter()
        for (_, month, status), count in counts.items():
            by_month[f"{month:%Y-%m}"] += count
            by_status[status] += count
        releases[f"{months[-1]:%Y-%m}"] = {
            "appointments": by_month.total(), "by_month": dict(by_month), "by_status": dict(by_status),
        }  # fmt: skip
    return files, {"regional": releases}


def _gp_appointments_coverage(folder: Path, wanted: Plan, icbs: Sequence[Icb], progress: Progress) -> Made:
    files, releases = [], {}
    for months in wanted.windows:
        given = {"months": months, "icbs": icbs}
        files.append(gp_appointments_coverage.write_release(folder, seed=wanted.seed, **given))
        counts = gp_appointments_coverage.known_totals(wanted.seed, **given)
        last = [one for (_, month), one in counts.items() if month == months[-1]]
        releases[f"{months[-1]:%Y-%m}"] = {
            "rows": len(counts),
            "last_month": {
                name: sum(getattr(one, name) for one in last)
                for name in ("included_practices", "open_practices", "included_patients", "open_patients")
            },
        }
    return files, {"coverage": releases}


def _gp_appointments_practice(folder: Path, wanted: Plan, icbs: Sequence[Icb], progress: Progress) -> Made:
    files: list[Path] = []
    crosstab: dict = {"rows": 0, "appointments": 0, "releases": {}}
    mapping, by_practice = {}, Counter()
    shares = gp_appointments_practice.Shares(wanted.seed, icbs)
    for month in wanted.of_crosstab:
        progress(f"writing gp_appointments_practice, {month_label(month)}")
        given = {"seed": wanted.seed, "month": month, "icbs": icbs}
        if wanted.plain:
            made, totals = gp_appointments_practice.write_parts(folder, **given, shares=shares)
            name = f"Mapping_{month_label(month)}.csv"
            files += [*made, gp_appointments_practice.write_mapping(folder, **given, name=name)]
        else:
            made, totals = gp_appointments_practice.write_release(folder, **given, shares=shares)
            files.append(made)
        crosstab["rows"] += totals.rows
        crosstab["appointments"] += totals.appointments
        by_practice += totals.by_practice
        crosstab["releases"][f"{month:%Y-%m}"] = {
            "rows": totals.rows, "appointments": totals.appointments, "by_category": dict(totals.by_category),
        }  # fmt: skip
        mapping[f"{month:%Y-%m}"] = {
            "rows": sum(one.on_list(month) for one in world.everywhere(icbs, wanted.seed))
        }  # fmt: skip
    crosstab["by_practice"] = dict(by_practice)
    return files, {"crosstab": crosstab, "mapping": mapping}


WRITERS: dict[str, Callable[[Path, Plan, Sequence[Icb], Progress], Made]] = {
    "ons_lookups": _ons_lookups,
    "ods_epraccur": _ods_epraccur,
    "ods_epcn": _ods_epcn,
    "gp_registered_patients": _gp_registered_patients,
    "gp_appointments_regional": _gp_appointments_regional,
    "gp_appointments_coverage": _gp_appointments_coverage,
    "gp_appointments_practice": _gp_appointments_practice,
}
