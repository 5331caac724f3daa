"""The record of runs: one folder each under runs/, with record.json and gate.json. Every outcome is kept, failures too.

Evidence that depends on history (instants, durations, who ran it) lives here and never in an edition's tables.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
import shutil
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipeline.publish.edition import write_json
from pipeline.settings import Settings

LEFT_OVER_SECONDS = 3600
FINISHED = ("passed", "held", "blocked", "error")


@dataclass
class RunRecord:
    """What one run was and did. `outcome`: started, passed, held, blocked, error, died."""

    run_id: str
    started_at: str
    fingerprint: str
    as_of: str
    trigger: str
    user: str
    host: str
    pid: int
    git: dict = field(default_factory=dict)
    versions: dict = field(default_factory=dict)
    outcome: str = "started"
    finished_at: str = ""
    edition_id: str = ""
    message: str = ""
    steps: dict[str, float] = field(default_factory=dict)
    peak_memory_mb: int = 0
    audited: dict[str, str] = field(default_factory=dict)
    releases: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    def folder(self, settings: Settings) -> Path:
        return settings.runs / self.run_id

    @contextmanager
    def step(self, name: str):
        """Times a step of the run, in seconds."""
        before = time.perf_counter()
        try:
            yield
        finally:
            self.steps[name] = round(self.steps.get(name, 0.0) + time.perf_counter() - before, 3)

    def write(self, settings: Settings) -> None:
        write_json(self.folder(settings) / "record.json", asdict(self))

    def finish(self, settings: Settings, outcome: str, message: str) -> None:
        self.outcome, self.message = outcome, message
        self.finished_at = datetime.now(UTC).isoformat(timespec="seconds")
        self.peak_memory_mb = _peak_memory_mb()
        self.write(settings)


def start(settings: Settings, fingerprint: str, as_of: str | None, git: dict, trigger: str) -> RunRecord:
    """A new run with a folder of its own; the run_id is the UTC instant and the short commit."""
    now = datetime.now(UTC)
    base = f"{now:%Y%m%dT%H%M%SZ}-{git.get('commit', '')[:7] or 'nogit'}"
    run_id, number = base, 1
    while (settings.runs / run_id).exists():
        number += 1
        run_id = f"{base}-{number}"
    record = RunRecord(
        run_id=run_id, started_at=now.isoformat(timespec="seconds"), fingerprint=fingerprint, as_of=as_of or "",
        trigger=trigger, user=_user(), host=platform.node(), pid=os.getpid(), git=git, versions=_versions(),
    )  # fmt: skip
    record.folder(settings).mkdir(parents=True)
    record.write(settings)
    return record


def _peak_memory_mb() -> int:
    """The most memory this process has held; 0 where the system does not say (Windows)."""
    try:
        import resource
    except ImportError:
        return 0
    # ru_maxrss is in kilobytes on Linux and in bytes on macOS.
    scale = 1024 if platform.system() != "Darwin" else 1024 * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // scale


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for this user id, as in a bare container
        return "unknown"


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for package in ("ics-marts", "duckdb", "dbt-core", "dbt-duckdb", "great-expectations", "pyarrow"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def records(settings: Settings) -> list[RunRecord]:
    """Every run's record, oldest first."""
    found = []
    for path in settings.runs.glob("*/record.json"):
        found.append(RunRecord(**json.loads(path.read_text("utf-8"))))
    return sorted(found, key=lambda record: (record.started_at, record.run_id))


def last_finished(settings: Settings, as_of: str) -> RunRecord | None:
    """The newest run as of an instant ('' for now) that came to an end of its own."""
    finished = (one for one in reversed(records(settings)) if one.outcome in FINISHED and one.as_of == as_of)
    return next(finished, None)


def last_good(settings: Settings) -> RunRecord | None:
    """The newest run that made an edition."""
    return next((record for record in reversed(records(settings)) if record.outcome in ("passed", "held")), None)


def sweep(settings: Settings) -> list[str]:
    """Marks runs that died (started, never finished) and removes what they left half-built. Call it under the lock."""
    died = []
    for record in records(settings):
        if record.outcome == "started":
            record.finish(settings, "died", "the run was stopped before its end; the last edition was left as it was")
            died.append(record.run_id)
    for pattern in ("build", "edition-*"):
        for path in settings.work.glob(pattern):
            shutil.rmtree(path, ignore_errors=True)
    # `add` does not take the lock of a run: what is young may be its work under way.
    for path in settings.work.glob("bronze/*/*/.building-*"):
        if _is_left_over(path):
            shutil.rmtree(path, ignore_errors=True)
    for path in (settings.raw / ".incoming").glob("*"):
        if _is_left_over(path):
            path.unlink(missing_ok=True)
    return died


def _is_left_over(path: Path) -> bool:
    """Whether nothing has touched it for an hour; no copy or reading of one file takes so long."""
    try:
        return time.time() - path.stat().st_mtime > LEFT_OVER_SECONDS
    except FileNotFoundError:  # whoever was at work on it has just finished
        return False
