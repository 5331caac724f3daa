"""The sensor on the inbox: starts the night's job when files have come and nobody is writing them any more.

Belongs here: what a tick remembers, and when it asks for a run. Does not belong here: taking files in (pipeline.run.inbox,
which the run calls).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dagster import (
    DefaultSensorStatus,
    RunRequest,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)

from pipeline.errors import Fault
from pipeline.publish.edition import sha256_of
from pipeline.run import inbox
from pipeline.run.inbox import Looks
from pipeline.settings import Settings

# What is known of a file: its size, when it was written, and its sha256, '' until it stayed as it is for a tick.
Seen = dict[str, tuple[int, int, str]]
SECONDS_BETWEEN_TICKS = 30


@dataclass(frozen=True)
class Look:
    """What a tick found: all it knows now, the digests of files that are new, and how many are still being written."""

    seen: Seen
    new: tuple[str, ...]
    waiting: int


def look(before: Seen, now: dict[str, Looks], digest: Callable[[str], str]) -> Look:
    """Compares the inbox with the last tick. A file is hashed once, when it looks as it did one tick before.

    A file whose content another one had on the last tick (it was renamed, or copied) is not new.
    """
    known = {sha256 for _, _, sha256 in before.values() if sha256}
    seen: Seen = {}
    new: list[str] = []
    waiting = 0
    for name, (size, written) in sorted(now.items()):
        was = before.get(name)
        if was is None or was[:2] != (size, written):
            seen[name] = (size, written, "")
            waiting += 1
        elif was[2]:
            seen[name] = was
        else:
            seen[name] = (size, written, digest(name))
            if seen[name][2] not in known and seen[name][2] not in new:
                new.append(seen[name][2])
    return Look(seen, tuple(new), waiting)


def run_key(new: tuple[str, ...]) -> str:
    """The sha256 of the one new file, else one over all of them: Dagster asks for no run twice under one key."""
    return new[0] if len(new) == 1 else hashlib.sha256("\n".join(sorted(new)).encode()).hexdigest()


def inbox_sensor(settings: Settings, job_name: str) -> SensorDefinition:
    @sensor(
        name="inbox_sensor",
        job_name=job_name,
        description=f"Starts a run within a minute or so of files coming into {settings.inbox}.",
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
        # As for the schedule: whether Dagster or somebody's own scheduler watches is the site's decision.
        default_status=DefaultSensorStatus.STOPPED,
    )
    def watch(context: SensorEvaluationContext) -> SensorResult:
        try:
            folder = inbox.watched(settings)
        except Fault as fault:
            return SensorResult(skip_reason=SkipReason(str(fault)))
        if folder is None:
            return SensorResult(skip_reason=SkipReason(f"{settings.inbox}: there is no such folder. Make it to use it"))
        paths = {_mark(path, folder): path for path in inbox.files(folder)}
        found = look(_remembered(context.cursor), _there(paths), lambda mark: sha256_of(paths[mark]))
        cursor = json.dumps(found.seen)
        if not found.new:
            why = f"{found.waiting} files came or changed since the last tick" if found.waiting else "nothing new"
            return SensorResult(skip_reason=SkipReason(why), cursor=cursor)
        tags = {"ics-marts/trigger": "inbox", "ics-marts/files": str(len(found.new))}
        return SensorResult(run_requests=[RunRequest(run_key=run_key(found.new), tags=tags)], cursor=cursor)

    return watch


def _mark(path: Path, folder: Path) -> str:
    """What stands for a file in the cursor: people name files after people, and Dagster keeps cursors."""
    return hashlib.sha256(path.relative_to(folder).as_posix().encode()).hexdigest()[:16]


def _there(paths: dict[str, Path]) -> dict[str, Looks]:
    there = {mark: inbox.looks(path) for mark, path in paths.items()}
    return {mark: seen for mark, seen in there.items() if seen is not None}


def _remembered(cursor: str | None) -> Seen:
    return {name: tuple(seen) for name, seen in json.loads(cursor or "{}").items()}
