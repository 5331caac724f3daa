"""Every file of a folder, added and run from nothing: what becomes of each, how long it takes, and the most memory held.

`python -m benchmarks.every_file FOLDER [--write] [--json FILE]` adds all files below FOLDER to a new archive, makes an edition of it, and
prints seconds, processor seconds and peak memory of both. `--write` keeps what became of each file in
tests/real/every_file.csv, which a test holds against the files and docs/reference/datasets.md is made from.
Does not belong here: cost by size (scale.py).
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path

from pipeline.settings import PROJECT_ROOT

FACTS = PROJECT_ROOT / "tests" / "real" / "every_file.csv"
# Neither content nor name of these says a period: the publisher's page does, and a person gives it with --period.
GIVEN = {
    "HospitalEstatesAndFacilitiesStatistics_9896.XLS": "2013/14",
    "HospitalEstatesAndFacilitiesStatistics_12611.XLS": "2015/16",
    "HospitalEstatesAndFacilitiesStatistics_13944.XLS": "2016/17",
    "apprenticeships_demographics_0.parquet": "2026-07", "lad_map_data_0.parquet": "2026-07",
    "provider_breakdowns_0.parquet": "2026-07", "Mapping.csv": "2025-08", "NEHV 06 - September.csv": "2020-09",
    "LAIT_la_code_list.xlsx": "2025-05",
}  # fmt: skip


# Samples of a few rows and one practice of 6,000: the gate stops them, as it should, so they do not go into the run.
NOT_WHOLE = (
    "stat-stop-smok-serv-eng-2025-26-q4.sample.csv", "stat-stop-smok-serv-finance-eng-2025-26-q4.sample.csv",
    "Practice_Level_Crosstab_Aug_25_NewBankOnly.csv",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Fact:
    """What became of one table of a file. `rows` are the good ones; `said` is the message of a file that was not read."""

    folder: str
    file: str
    became: str
    dataset: str = ""
    table: str = ""
    layout: str = ""
    rows: int = 0
    quarantined: int = 0
    said: str = ""


def facts(folder: Path, raw: Path, out: Path) -> list[Fact]:
    """Adds every file below `folder` to the archive `raw`, and says what became of each."""
    from pipeline import periods, settings
    from pipeline.catalogue.load import catalogue
    from pipeline.ingest import archive

    known, contracts = settings.load(raw=raw, out=out), catalogue()
    outcomes = [
        again
        for one in archive.add([folder], known, contracts)
        for again in (
            archive.add([Path(one.path)], known, contracts, period=periods.parse(GIVEN[Path(one.path).name]))
            if one.status == "refused" and Path(one.path).name in GIVEN
            else [one]
        )
    ]
    by_id = {release.release_id: release for release in archive.releases(raw)}
    found = []
    for one in outcomes:
        path = Path(one.path)
        place = path.parent.relative_to(folder).as_posix()
        if not one.release_id:
            found.append(Fact(place, path.name, one.status, said=one.message))
            continue
        release = by_id[one.release_id]
        report = archive.bronze_of(release, known, contracts).report
        became = "read" if not one.problems else "read, with findings"
        found.append(
            Fact(place, path.name, became, release.dataset, release.table, release.layout, report.rows_clean,
                 report.rows_quarantined, "; ".join(one.problems))
        )  # fmt: skip
    return sorted(found)


def take_out(raw: Path) -> None:
    """Takes the files that are no whole releases out of an archive, as a person would: file and sidecar."""
    from pipeline.ingest import archive

    for release in archive.releases(raw):
        if release.original_name in NOT_WHOLE:
            (raw / release.file).unlink()
            (raw / (release.file + archive.SIDECAR)).unlink()


def written() -> list[Fact]:
    """The facts as they were kept."""
    with FACTS.open(encoding="utf-8", newline="") as stream:
        return [
            Fact(**{**row, "rows": int(row["rows"]), "quarantined": int(row["quarantined"])})
            for row in csv.DictReader(stream)
        ]


def write(found: Iterable[Fact]) -> None:
    with FACTS.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([field.name for field in fields(Fact)])
        writer.writerows(astuple(fact) for fact in found)


def main(arguments: list[str]) -> None:
    from benchmarks.scale import cost_of

    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("folder", type=Path)
    asked.add_argument("--write", action="store_true", help="keep what became of each file for the test and the docs")
    asked.add_argument("--json", type=Path, help="write what was measured to this file")
    asked.add_argument("--step", nargs=2, type=Path, metavar=("RAW", "OUT"), help=argparse.SUPPRESS)
    given = asked.parse_args(arguments)
    if given.step:
        found = facts(given.folder.resolve(), *given.step)
        take_out(given.step[0])
        print(json.dumps([asdict(fact) for fact in found]))
        return
    with tempfile.TemporaryDirectory() as scratch:
        raw, out = Path(scratch, "raw"), Path(scratch, "out")
        added = cost_of(["benchmarks.every_file", str(given.folder), "--step", str(raw), str(out)])
        run = cost_of(["benchmarks.steps", "run", str(raw), str(out)], allowed_to_fail=True)
    found = [Fact(**fact) for fact in added.facts]
    if given.write:
        write(found)
    read = [fact for fact in found if fact.dataset]
    measured = {
        "files": len({(fact.folder, fact.file) for fact in found}),
        "files_read": len({(fact.folder, fact.file) for fact in read}), "tables": len({(f.dataset, f.table) for f in read}),
        "rows": sum(fact.rows for fact in read), "quarantined": sum(fact.quarantined for fact in read),
        "add": {"wall": added.wall, "cpu": added.cpu, "memory_mb": added.memory},
        "run": {"wall": run.wall, "cpu": run.cpu, "memory_mb": run.memory, "failed": run.failed},
    }  # fmt: skip
    print(json.dumps(measured, indent=1))
    if given.json:
        given.json.write_text(json.dumps(measured, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
