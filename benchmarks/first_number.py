"""The first number, timed: the whole way of the real release beside a plain DuckDB script that makes the same tables.

`python -m benchmarks.first_number [--runs N]` runs both in turn, each as a whole process on a fresh folder, and prints
start-up, work, gate and peak memory apart. Start-up is what the same commands take on the embedded sample, where there
is next to nothing to read or write. Needs the real files in ../shared/data; without them it says so and uses the sample.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.settings import PROJECT_ROOT

SHARED = PROJECT_ROOT.parent / "shared" / "data"
SAMPLE = PROJECT_ROOT / "data" / "raw" / "sample"
COMMAND = Path(sys.executable).with_name("ics-marts")


def timed(arguments: list[str]) -> tuple[float, float]:
    """Seconds and peak memory (MB, of the largest child so far) of a whole process."""
    before = time.perf_counter()
    done = subprocess.run(arguments, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
    scale = 1024 if platform.system() != "Darwin" else 1024 * 1024
    return time.perf_counter() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / scale


def files() -> dict[str, Path]:
    """The four input files, real where they are."""
    extract = next(SAMPLE.glob("place_measures/measures/*/*/*.csv"))
    if SHARED.is_dir():
        lookups = SHARED / "ons_lookups"
        return {
            "release": next((SHARED / "gp_appointments_regional").glob("*.zip")),
            "lookup": lookups / "LOC22_ICB22_NHSER22_EN_LU.csv", "names": next(lookups.glob("icb_names*.csv")),
            "extract": extract,
        }  # fmt: skip
    print(
        "the real files (../shared/data) are not here: the embedded sample stands in, and says little", file=sys.stderr
    )
    return sample_files()


def sample_files() -> dict[str, Path]:
    return {
        "release": next(SAMPLE.glob("gp_appointments_regional/*/*/*/*.zip")),
        "lookup": next(SAMPLE.glob("ons_lookups/sub_icb_to_icb/*/*/*.csv")),
        "names": next(SAMPLE.glob("ons_lookups/icb_names/*/*/*.csv")),
        "extract": next(SAMPLE.glob("place_measures/measures/*/*/*.csv")),
    }


def whole_way(inputs: dict[str, Path], folder: Path) -> dict[str, float]:
    """`add` and `run` as a person would call them, and what the run's own record says of its steps."""
    places = ["--raw", str(folder / "raw"), "--out", str(folder / "out")]
    add, _ = timed([str(COMMAND), "add", *map(str, inputs.values()), *places])
    run, _ = timed([str(COMMAND), "run", *places])
    record = json.loads(next((folder / "out" / "runs").glob("*/record.json")).read_text())
    steps = record["steps"]
    again, _ = timed([str(COMMAND), "run", *places])
    return {
        "add": add, "run": run, "total": add + run, "gate": steps["gate 1"] + steps["gate 2"], "build": steps["build"],
        "publish": steps["publish"], "again": again, "memory": record["peak_memory_mb"],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="how often each is run, in turn")
    runs = parser.parse_args().runs
    real, small, ours, plain = files(), [], [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            small.append(whole_way(sample_files(), folder / "small"))
            ours.append(whole_way(real, folder / "ours"))
            seconds, _ = timed(
                [sys.executable, "-m", "benchmarks.plain_duckdb", *map(str, real.values()), str(folder / "plain")]
            )
            plain.append(seconds)
    report(small, ours, plain)


def report(small: list[dict], ours: list[dict], plain: list[float]) -> None:
    def median(rows: list[dict], name: str) -> float:
        return statistics.median(row[name] for row in rows)

    start_up, total, floor = median(small, "total"), median(ours, "total"), statistics.median(plain)
    print(f"python {platform.python_version()}, {len(ours)} runs each, medians, seconds")
    print(f"  plain DuckDB script                     {floor:6.1f}   ({min(plain):.1f} to {max(plain):.1f})")
    print(f"  ics-marts add + run, whole              {total:6.1f}")
    quickest = min(row["total"] for row in small)
    print(f"    start-up (the same on the sample)     {start_up:6.1f}   (at best {quickest:.1f})")
    print(
        f"    work beyond it                        {total - start_up:6.1f}   {(total - start_up) / floor:.2f} times the plain script"
    )
    for name in ("add", "gate", "build", "publish"):
        print(f"    {name:<37} {median(ours, name):6.1f}")
    print(f"  ics-marts run, nothing changed          {median(ours, 'again'):6.1f}")
    print(f"  peak memory of the run                  {median(ours, 'memory'):6.0f} MB")


if __name__ == "__main__":
    main()
