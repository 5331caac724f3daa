"""How cost grows: the whole way at 1 to 50 million rows, beside a plain DuckDB script and pandas over the same files.

`python -m benchmarks.scale [--rows N ...] [--pandas] [--wide] [--keep FOLDER] [--json FILE]` writes synthetic releases of
that many rows of the practice crosstab (36 months and one more), then times, each as a process of its own: the plain
script; pandas, under a limit of memory; `add` and `run` of 36 months; one more month; nothing changed. Processor time
stands beside wall time, because it says the same on a busy machine. 50 million rows need 40 GB of disk.
Does not belong here: the measured commands (steps.py, plain_scale.py); the first number (first_number.py).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pipeline.settings import PROJECT_ROOT

HELD_MONTHS = 36
NEWEST = {"gp_appointments_practice": "_Nov_25.csv", "gp_registered_patients": "__2025-11.csv"}
PANDAS_MEMORY_GB = 16
WIDE_RECORDS, WIDE_COLUMNS = 6_500, 829


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds, processor seconds of all its threads, most memory held (MB); what it printed."""

    wall: float
    cpu: float
    memory: float
    facts: dict = field(default_factory=dict)
    failed: str = ""


def cost_of(arguments: list[str], *, memory_gb: int = 0, allowed_to_fail: bool = False) -> Cost:
    """Runs a Python module as a process of its own; its last line is JSON. Ends the benchmark where it fails."""

    def limit() -> None:
        if memory_gb:
            resource.setrlimit(resource.RLIMIT_AS, (memory_gb * 1024**3,) * 2)

    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        before = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=PROJECT_ROOT, stdout=out, stderr=err, preexec_fn=limit
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - before
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        lines, complaint = out.read().splitlines(), (err.read().strip().splitlines() or ["no reason given"])[-1]
    if process.returncode != 0 and not allowed_to_fail:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}: {complaint}")
    scale = 1024 if platform.system() != "Darwin" else 1024 * 1024
    failed = f"ended with {process.returncode}: {complaint[:200]}" if process.returncode else ""
    return Cost(
        round(wall, 2), round(used.ru_utime + used.ru_stime, 2), round(used.ru_maxrss / scale),
        json.loads(lines[-1]) if lines and not failed else {}, failed,
    )  # fmt: skip


def newest_apart(files: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The files of the months held, and those of the newest month: crosstab, mapping and lists."""
    held, newest = [], []
    for file in sorted(files):
        (newest if file.name.endswith(NEWEST.get(file.parent.name, "\0")) else held).append(file)
    return held, newest


def measure(rows: int, folder: Path, *, with_pandas: bool) -> dict:
    """Everything at one size, in `folder`. The plain scripts read the same 36 months as `add`."""
    from pipeline.sample import collection

    wanted = collection.plan(scale=None, months=HELD_MONTHS + 1, practice_rows=rows * (HELD_MONTHS + 1) // HELD_MONTHS)
    made = collection.write(folder / "all", wanted)
    held, newest = newest_apart(made.files)
    for file in newest:
        target = folder / "newest" / file.parent.name / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        file.rename(target)
    releases = made.totals["datasets"]["gp_appointments_practice"]["crosstab"]["releases"].values()
    counts = [one["rows"] for one in releases]
    found: dict = {
        "rows": sum(counts[:-1]), "rows_newest": counts[-1], "files": len(held),
        "csv_mb": round(sum(path.stat().st_size for path in held) / 1e6),
    }  # fmt: skip
    raw, out = str(folder / "raw"), str(folder / "out")
    plain = ["benchmarks.plain_scale"]
    found["plain"] = asdict(cost_of([*plain, "duckdb", str(folder / "all"), str(folder / "plain")]))
    _remove(folder / "plain")
    if with_pandas:
        given = [*plain, "pandas", str(folder / "all"), str(folder / "pandas")]
        found["pandas"] = asdict(cost_of(given, memory_gb=PANDAS_MEMORY_GB, allowed_to_fail=True))
        _remove(folder / "pandas")
    found["add"] = asdict(cost_of(["benchmarks.steps", "add", raw, out, str(folder / "all")]))
    # What `add` took is in the archive now; at 50 million rows the disk wants its place back.
    _remove(folder / "all")
    found["run"] = asdict(cost_of(["benchmarks.steps", "run", raw, out]))
    found["unchanged"] = asdict(cost_of(["benchmarks.steps", "run", raw, out]))
    found["add_newest"] = asdict(cost_of(["benchmarks.steps", "add", raw, out, str(folder / "newest")]))
    found["run_newest"] = asdict(cost_of(["benchmarks.steps", "run", raw, out]))
    for name in ("raw", "out", "newest"):
        _remove(folder / name)
    return found


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder)


def step(found: dict, command: str, name: str, what: str) -> float:
    """One step of a measured command: `what` is wall or cpu."""
    return found[command]["facts"]["steps"].get(name, {what: 0.0})[what]


def ingest_and_build(found: dict, what: str) -> float:
    """What the plain script does too: reading, and making and writing the tables; start-up and gates left out."""
    ingest = step(found, "add", "add", what) + step(found, "add", "copy", what)
    return ingest + sum(step(found, "run", name, what) for name in ("ingest", "build", "publish"))


def ratio(found: dict, what: str) -> float:
    """How many times the plain script's seconds (what: wall or cpu) ours are, for the same work."""
    return ingest_and_build(found, what) / found["plain"][what]


def lines(found: dict) -> list[str]:
    """One size in words: seconds by wall clock, and of the processor in brackets."""

    def both(wall: float, cpu: float) -> str:
        return f"{wall:8.1f} ({cpu:7.1f})"

    def whole(name: str) -> str:
        return both(found[name]["wall"], found[name]["cpu"])

    def of(command: str, name: str) -> str:
        return both(step(found, command, name, "wall"), step(found, command, name, "cpu"))

    reading = [
        f"{found['rows']:,} rows in {found['files']} files, {found['csv_mb']:,} MB; seconds (of the processor)",
        f"  plain DuckDB script          {whole('plain')}  {found['plain']['memory']:6.0f} MB",
    ]
    if "pandas" in found:
        died = found["pandas"]["failed"]
        reading.append(f"  pandas                       {whole('pandas')}  {found['pandas']['memory']:6.0f} MB {died}")
    reading.append(f"  add                          {whole('add')}  {found['add']['memory']:6.0f} MB")
    reading += [f"    {name:<26} {of('add', key)}" for name, key in ADD_STEPS.items()]
    reading.append(f"  run                          {whole('run')}  {found['run']['memory']:6.0f} MB")
    reading += [
        f"    {name:<26} {of('run', name)}" for name in ("start-up", "ingest", "gate 1", "build", "gate 2", "publish")
    ]
    reading += [
        f"  ingest, build and publish: {ratio(found, 'wall'):.2f} times the plain script ({ratio(found, 'cpu'):.2f} of the processor)",
        f"  one month more, {found['rows_newest']:>9,} rows",
        f"    add                        {whole('add_newest')}  {found['add_newest']['memory']:6.0f} MB",
        f"    run                        {whole('run_newest')}  {found['run_newest']['memory']:6.0f} MB",
        f"  nothing changed              {whole('unchanged')}  {found['unchanged']['memory']:6.0f} MB",
    ]  # fmt: skip
    return reading


ADD_STEPS = {"start-up": "start-up", "copy and sha256": "copy", "identify, read, archive": "add"}


def wide_contract() -> dict:
    """A contract for a file in the shape of the workforce of practices: ten names of places, then measures as columns."""
    places = ("prac", "pcn", "sub_icb", "icb", "region")
    named = [f"{place}_{kind}" for place in places for kind in ("code", "name")]
    columns = [{"name": name, "description": f"{name}, as published"} for name in named]
    columns += [
        {"name": "measure", "description": "which measure it is", "pattern": "^measure_[0-9]{3}$"},
        {"name": "value", "description": "the measure", "type": "decimal", "precision": 12, "scale": 2,
         "minimum": 0, "status": True, "required": False},
    ]  # fmt: skip
    layout = {
        "id": "wide", "columns": {name: name for name in named},
        "unpivot": {"columns": "measure_[0-9]{3}", "name": "measure", "value": "value"},
    }  # fmt: skip
    table = {
        "name": "practices", "description": "measures of practices, one column each",
        "grain": "one row per practice and measure", "resolve": "per_period", "maturity": "provisional",
        "disclosure": "none", "period": {"type": "month", "name": r"(?P<year>\d{4})-(?P<month>\d{2})"},
        "file_names": ["wide_*.csv"], "keys": ["prac_code", "measure"], "markers": {"ND": "not_available"},
        "columns": columns, "layouts": [layout],
    }  # fmt: skip
    return {
        "dataset": "wide", "title": "a wide file", "publisher": "nobody", "landing_page": "https://example.org/wide",
        "licence": "none: made-up figures", "licence_url": "https://example.org/licence", "cadence": "monthly",
        "lag_days": 30, "kind": "publication", "proof": "own_format", "owner": "benchmarks", "on_failure": "block",
        "description": "a synthetic file in the shape of general practice workforce", "tables": [table],
    }  # fmt: skip


def write_wide(path: Path, records: int, columns: int, seed: int = 20260401) -> None:
    """A quoted CSV of `records` practices and `columns` columns, ten of them names; one cell in fifty is ND."""
    chance = random.Random(seed)
    measures = columns - 10
    cells = [*(f"{number / 100:.2f}" for number in range(0, 4_900, 100)), "ND"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        header = list(wide_contract()["tables"][0]["layouts"][0]["columns"])
        writer.writerow([*header, *(f"measure_{number:03}" for number in range(1, measures + 1))])
        for number in range(records):
            places = [f"Z{number:05}", f"SURGERY {number}, HIGH STREET", f"U{number // 5:05}", "A PCN", "99S",
                      "NHS A - 99S", "QZ1", "NHS A", "YZ9", "REGION"]  # fmt: skip
            writer.writerow(places + chance.choices(cells, k=measures))


def measure_wide(folder: Path) -> dict:
    import yaml

    folder.mkdir(parents=True, exist_ok=True)
    path, contract = folder / "wide_2026-01.csv", folder / "wide.yml"
    write_wide(path, WIDE_RECORDS, WIDE_COLUMNS)
    contract.write_text(yaml.safe_dump(wide_contract(), sort_keys=False), "utf-8")
    cost = cost_of(["benchmarks.steps", "wide", str(folder), str(folder / "out"), str(path), str(contract)])
    found = {"csv_mb": round(path.stat().st_size / 1e6), **asdict(cost)}
    _remove(folder)
    return found


def wide_lines(found: dict) -> list[str]:
    facts = found["facts"]
    steps = ", ".join(f"{name} {spent['wall']:.1f}" for name, spent in facts["steps"].items())
    return [
        f"a file of {facts['records']:,} records and {WIDE_COLUMNS} columns, {found['csv_mb']} MB -> {facts['rows']:,} rows: "
        f"{found['wall']:.1f} s ({steps}), {found['memory']:.0f} MB"
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000], help="rows of the crosstab; may be several")
    parser.add_argument("--pandas", action="store_true", help=f"pandas too, in {PANDAS_MEMORY_GB} GB at most")
    parser.add_argument("--wide", action="store_true", help="a wide file too")
    parser.add_argument("--folder", type=Path, help="where to work (default: the system's temporary folder)")
    parser.add_argument("--json", type=Path, help="write all that was measured to this file")
    given = parser.parse_args()
    everything: dict = {"python": platform.python_version(), "processors": os.cpu_count(), "sizes": []}
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        for rows in given.rows:
            found = measure(rows, Path(scratch) / str(rows), with_pandas=given.pandas)
            everything["sizes"].append(found)
            print("\n".join(lines(found)), flush=True)
        if given.wide:
            everything["wide"] = measure_wide(Path(scratch) / "wide")
            print("\n".join(wide_lines(everything["wide"])), flush=True)
    if given.json:
        given.json.write_text(json.dumps(everything, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
