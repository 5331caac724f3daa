"""The inbox: a folder outside the archive where people drop files, and what becomes of a file there.

Belongs here: which files wait, whether somebody is still writing them, adding them, and where they go then
(docs/decisions/0011-inbox.md). Does not belong here: what a file is (ingest), or when to look (nightly.py, Dagster).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipeline.catalogue.load import Catalogue
from pipeline.errors import Fault
from pipeline.ingest import archive
from pipeline.ingest.archive import AddOutcome
from pipeline.publish.edition import sha256_of
from pipeline.settings import Settings

TAKEN_IN = "taken-in"
NOTE = ".refused.txt"
NOTE_HEAD = "Refused by ics-marts. The file was left as it is and nothing of it was taken in."
# What operating systems, browsers and Excel put beside people's files.
NOT_FILES = ("thumbs.db", "desktop.ini")
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp")
YOUNG_SECONDS, WATCH_SECONDS = 60, 3

# What a file looks like from outside: its size in bytes and the instant it was last written, in nanoseconds.
Looks = tuple[int, int]


@dataclass
class Intake:
    """What became of the inbox. `waiting` are files that somebody is still writing, `stuck` those that were taken in
    and could not be moved away."""

    folder: Path
    there: bool
    outcomes: list[AddOutcome] = field(default_factory=list)
    waiting: list[Path] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    @property
    def refused(self) -> list[AddOutcome]:
        return [one for one in self.outcomes if one.status == "refused"]

    @property
    def taken(self) -> list[AddOutcome]:
        return [one for one in self.outcomes if one.status != "refused"]


def watched(settings: Settings) -> Path | None:
    """The inbox, or None where there is none. Raises Fault where it lies in the archive or among the editions."""
    inbox = settings.inbox
    for name, other in (("the archive", settings.raw), ("the editions", settings.out)):
        if inbox.resolve().is_relative_to(other.resolve()) or other.resolve().is_relative_to(inbox.resolve()):
            raise Fault(
                f"the inbox and {name} ({other}) lie within each other, expected folders apart",
                where=str(inbox),
                remedy="Set `inbox` to a folder of its own",
            )
    return inbox if inbox.is_dir() else None


def files(inbox: Path) -> list[Path]:
    """The files that wait there, in the order of their paths: not what was taken in, no notes, nothing hidden."""
    found = []
    for path in sorted(inbox.rglob("*")):
        parts = path.relative_to(inbox).parts
        name = path.name.lower()
        hidden = any(part.startswith((".", "~$")) for part in parts) or parts[0] == TAKEN_IN
        if not hidden and name not in NOT_FILES and not name.endswith((NOTE, *UNFINISHED)) and path.is_file():
            found.append(path)
    return found


def looks(path: Path) -> Looks | None:
    """Its size and the instant it was last written; None where it is gone."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def take_in(
    settings: Settings, known: Catalogue, *, now: datetime, wait: Callable[[float], object] = time.sleep,
    progress: Callable[[str], None] = lambda _: None,
) -> Intake:  # fmt: skip
    """Adds every file of the inbox that nobody is writing, and clears it away.

    A file that was taken in, or is held already, moves to `taken-in/<day>/`, or is deleted where it is about people; a refused
    one stays, with the reason in `<name>.refused.txt` beside it. `now` has the zone whose days the folders are named after.
    """
    inbox = watched(settings)
    if inbox is None:
        return Intake(settings.inbox, there=False)
    intake = Intake(inbox, there=True)
    settled, intake.waiting = _settled(files(inbox), wait)
    for file in settled:
        progress(f"looking at {archive.shown_name(file.name, known)}")
        outcomes = archive.add([file], settings, known, now=now)
        intake.outcomes += outcomes
        reasons = [one.message for one in outcomes if one.status == "refused"]
        _note(file, reasons)
        if any(one.restricted for one in outcomes) and not reasons:
            # The restricted archive has it: a copy in `taken-in` would be people's data where others can read them.
            file.unlink()
        elif not reasons:
            intake.stuck += _clear_away(file, inbox, f"{now:%Y-%m-%d}")
    _drop_old_notes(inbox)
    return intake


def _settled(found: list[Path], wait: Callable[[float], object]) -> tuple[list[Path], list[Path]]:
    """The files that stay as they are while they are watched, and the others. What is old is not waited for."""
    before = {file: looks(file) for file in found}
    if any(seen and time.time() - seen[1] / 1e9 < YOUNG_SECONDS for seen in before.values()):
        wait(WATCH_SECONDS)
    still = [file for file in found if before[file] is not None and looks(file) == before[file]]
    return still, [file for file in found if file not in still]


def _note(file: Path, reasons: list[str]) -> None:
    """Says beside a file why it was refused; takes an earlier note away where it no longer is."""
    note = file.with_name(file.name + NOTE)
    if not reasons:
        note.unlink(missing_ok=True)
        return
    text = "\n".join([NOTE_HEAD, *reasons]) + "\n"
    if not note.is_file() or note.read_text("utf-8") != text:
        note.write_text(text, "utf-8")


def _clear_away(file: Path, inbox: Path, day: str) -> list[str]:
    """Moves a file out of the way; what could not be moved is said, and is found to be held the next time."""
    target = inbox / TAKEN_IN / day / file.relative_to(inbox)
    try:
        if target.exists():
            # Another file of that name came on the same day: the archive sheds this digest again.
            target = target.with_name(f"{sha256_of(file)[:12]}-{file.name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(file, target)
    except OSError as error:
        return [
            f"{file}: taken in, but it cannot be moved away ({error.strerror}). Close it where it is open, or move it"
        ]
    return []


def _drop_old_notes(inbox: Path) -> None:
    for note in inbox.rglob("*" + NOTE):
        if not note.with_name(note.name.removesuffix(NOTE)).exists() and note.read_text("utf-8").startswith(NOTE_HEAD):
            note.unlink()
