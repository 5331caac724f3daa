"""`add`, `run` or the reading of a wide file in this process, each step with its seconds and its processor time.

`python -m benchmarks.steps {add,run,wide} RAW OUT [PATH...]` prints one line of JSON. The core is called as the command
line calls it; steps are told apart by the words that it reports as progress, so nothing of it is changed to be measured.
Does not belong here: what is compared with what (scale.py).
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from pathlib import Path

STEPS = {
    "reading the archive": "ingest", "checking the releases that count": "gate 1", "building the marts": "build",
    "checking the edition": "gate 2", "writing the edition": "publish",
}  # fmt: skip


class Clock:
    """Seconds and processor seconds by step. What stands before the first step is start-up."""

    def __init__(self, now=lambda: (time.perf_counter(), time.process_time())) -> None:
        self._now = now
        self._step, self._since = "start-up", now()
        self.steps: dict[str, list[float]] = {}

    def begin(self, step: str) -> None:
        """Ends the step under way and begins another; a step that comes again goes on adding up."""
        at = self._now()
        spent = self.steps.setdefault(self._step, [0.0, 0.0])
        for number in (0, 1):
            spent[number] += at[number] - self._since[number]
        self._step, self._since = step, at

    def on_progress(self, words: str) -> None:
        if words in STEPS:
            self.begin(STEPS[words])

    def ended(self) -> dict[str, dict[str, float]]:
        self.begin("")
        return {step: {"wall": round(wall, 3), "cpu": round(cpu, 3)} for step, (wall, cpu) in self.steps.items()}


def add(clock: Clock, raw: Path, out: Path, paths: list[Path]) -> dict:
    from pipeline import settings
    from pipeline.catalogue.load import catalogue
    from pipeline.ingest import archive

    known = settings.load(raw=raw, out=out)
    contracts = catalogue()
    clock.begin("add")
    with apart(clock, archive, "copy_hashing", "copy"):
        outcomes = archive.add(paths, known, contracts, provenance=archive.Provenance(origin="synthetic"))
    refused = [one.message for one in outcomes if one.status == "refused" or one.problems]
    if refused:
        raise SystemExit(f"refused: {refused[0]}")
    return {"releases": len(outcomes)}


@contextmanager
def apart(clock: Clock, module, name: str, step: str):
    """Counts what one function of a module takes as a step of its own."""
    inner = getattr(module, name)

    def counted(*given):
        within = clock._step
        clock.begin(step)
        try:
            return inner(*given)
        finally:
            clock.begin(within)

    setattr(module, name, counted)
    try:
        yield
    finally:
        setattr(module, name, inner)


def run(clock: Clock, raw: Path, out: Path, paths: list[Path]) -> dict:
    from pipeline import settings
    from pipeline.run import sequence

    done = sequence.run(settings.load(raw=raw, out=out), progress=clock.on_progress)
    if done.outcome not in ("passed", "unchanged"):
        raise SystemExit(f"the run ended {done.outcome}: {done.message}")
    return {"outcome": done.outcome, "rows": sum(one.rows for one in done.tables if one.table.part == "open")}


def wide(clock: Clock, raw: Path, out: Path, paths: list[Path]) -> dict:
    """Reads paths[0] by the contract paths[1] as `add` would read it, with a catalogue of its own."""
    from pipeline.catalogue.load import Catalogue, load_contract
    from pipeline.ingest.identify import identify
    from pipeline.ingest.read import read

    contract = load_contract(paths[1])
    known = Catalogue({contract.dataset: contract}, (), {})
    clock.begin("identify")
    (found,) = identify(paths[0], known, name=paths[0].name)
    clock.begin("read")
    report = read(paths[0], found, "0" * 64, out, label=paths[0].name).report
    return {"records": report.rows_in // report.spread, "rows": report.rows_in, "clean": report.rows_clean}


def main(command: str, raw: str, out: str, *paths: str) -> None:
    clock = Clock()
    facts = {"add": add, "run": run, "wide": wide}[command](clock, Path(raw), Path(out), [Path(one) for one in paths])
    print(json.dumps({**facts, "steps": clock.ended()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
