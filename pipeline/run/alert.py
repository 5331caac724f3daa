"""Alerts: what a person should know of a night, one line of JSON each, appended to a file that somebody watches.

An alert names runs, rules, releases and datasets. It never holds a value, a row or the name of a dropped file: the
file may lie where more people read than may see the data. What a line leaves out stands in the run's gate.json or
beside the refused file.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pipeline.errors import Fault

Event = Literal["blocked", "held", "error", "overdue", "refused", "delivered"]
MAX_NAMED = 20


def append(path: Path, event: Event, message: str, **facts: object) -> None:
    """Adds one line: `at` (UTC), `event`, `message` for a person, and `facts`. Raises Fault where it cannot."""
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "event": event, "message": message, **facts}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # One write in append mode: two nights that end together do not tear each other's lines.
        with path.open("ab") as stream:
            stream.write((json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8"))
    except OSError as error:
        raise Fault(
            f"the alert of {event!r} cannot be written ({error.strerror})", where=str(path), remedy="Mend `alert_file`"
        ) from error


def named(items: list[str]) -> str:
    """Some names in words: the first few, and how many more there are."""
    more = f" and {len(items) - MAX_NAMED} more" if len(items) > MAX_NAMED else ""
    return ", ".join(items[:MAX_NAMED]) + more


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
