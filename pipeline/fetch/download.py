"""One file from the web to the disk, whole or not at all.

Belongs here: asking only for what changed, going on with what broke off, and the limits of size and type. Does not
belong here: which file (find.py), manners (web.py), or what becomes of it (datasets.py).

A download grows in `.part` of a folder of its own, beside `.part.json`, which says of what it is a part. Once whole it takes
its name.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline.catalogue.fetch_rule import is_file_name
from pipeline.errors import Fault
from pipeline.fetch.record import Entry, Facts
from pipeline.fetch.web import NO_SUCH_RANGE, UNCHANGED, Answer, Passing, Web

PART, PART_FACTS = ".part", ".part.json"


@dataclass(frozen=True)
class Limits:
    """What a file may be: media types, and bytes at most."""

    types: tuple[str, ...]
    max_bytes: int


@dataclass(frozen=True)
class Downloaded:
    """A file that came whole."""

    path: Path
    sha256: str
    size: int
    facts: Facts


def folder_of(root: Path, dataset: str, url: str) -> Path:
    """The folder in which a file from `url` is downloaded."""
    return root / dataset / hashlib.sha256(url.encode()).hexdigest()[:12]


def file_name(url: str, given: str = "") -> str:
    """The name that a file bears: `given`, else the last part of its address. Raises Fault where that is no plain name."""
    name = given or unquote(urlsplit(url).path.rsplit("/", 1)[-1])
    if not is_file_name(name):
        raise Fault(
            f"does not end in a plain file name ({name!r})",
            where=url,
            remedy="Give it a `name` in the contract's fetch block",
        )
    return name


@contextmanager
def ask(web: Web, url: str, hosts: Collection[str], limits: Limits, before: Entry | None) -> Iterator[Answer]:
    """What a server says of a file, before any of it is read: `UNCHANGED` since `before`, or about to send it all.

    Raises Fault for a type or size that is not expected.
    """
    with web.asking(url, hosts, _if_changed(before)) as answer:
        if answer.status != UNCHANGED:
            _check(answer, url, limits)
        yield answer


def _if_changed(before: Entry | None) -> dict[str, str]:
    if before is None:
        return {}
    conditions = {"If-None-Match": before.facts.etag, "If-Modified-Since": before.facts.last_modified}
    return {name: value for name, value in conditions.items() if value}


def download(
    web: Web, url: str, hosts: Collection[str], limits: Limits, folder: Path, name: str, before: Entry | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Downloaded | None:  # fmt: skip
    """A file, whole, as `folder/name`; None where the server says that it is as it was `before`.

    What broke off is gone on with, also by a later call, as long as the server says that it is still the same file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = _Part(folder)

    def attempt() -> Facts | None:
        started = part.facts_of(url)
        if started and part.size == part.whole(started):
            return started
        if started and part.size:
            progress(f"going on with {name} at {part.size:,} bytes")
            headers = {"Range": f"bytes={part.size}-", "If-Range": _validator(started)}
        else:
            headers = _if_changed(before)
        with web.asking(url, hosts, headers) as answer:
            if answer.status == UNCHANGED:
                return None
            return _take(answer, url, limits, part, started, web.clock.stamp())

    facts = web.persist(attempt, url)
    if facts is None:
        part.remove()
        return None
    target = folder / name
    with part.path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        os.fsync(stream.fileno())
    size = part.size
    os.replace(part.path, target)
    part.remove()
    return Downloaded(target, sha256, size, facts)


class _Part:
    """What there is of a file, and what the server said of it when it began."""

    def __init__(self, folder: Path) -> None:
        self.path, self.sidecar = folder / PART, folder / PART_FACTS

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def facts_of(self, url: str) -> Facts | None:
        """What was said of the part that is there; None where it cannot be gone on with."""
        try:
            facts = Facts(**json.loads(self.sidecar.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return facts if facts.url == url and _validator(facts) and self.path.is_file() else None

    @staticmethod
    def whole(facts: Facts) -> int:
        """How long the whole file is, -1 where nobody said."""
        return int(facts.content_length) if facts.content_length.isdigit() else -1

    def begin(self, facts: Facts) -> None:
        self.remove()
        building = self.sidecar.with_name(self.sidecar.name + ".tmp")
        building.write_text(json.dumps(asdict(facts)), "utf-8")
        os.replace(building, self.sidecar)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self.sidecar.unlink(missing_ok=True)


def _validator(facts: Facts) -> str:
    """What tells this version of the file from another, byte for byte: a strong ETag, else when it was last changed."""
    return facts.etag if facts.etag and not facts.etag.startswith("W/") else facts.last_modified


def _take(answer: Answer, url: str, limits: Limits, part: _Part, started: Facts | None, now: str) -> Facts:
    """Writes what comes behind what is there. Raises Passing where it does not become the whole file."""
    goes_on = answer.status == 206
    if answer.status == NO_SUCH_RANGE or (goes_on and not _continues(answer, started, part)):
        part.remove()
        raise Passing("does not go on where it broke off, so it starts anew")
    if goes_on:
        facts = started
    else:
        _check(answer, url, limits)
        facts = _facts(answer, url, now)
        part.begin(facts)
    whole = part.whole(facts)
    with part.path.open("ab") as stream:
        size = stream.tell()
        for chunk in answer.chunks:
            size += len(chunk)
            if size > limits.max_bytes:
                part.remove()
                raise _too_long(url, f"more than {limits.max_bytes:,}", limits)
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    if size < whole:
        raise Passing(f"broke off after {size:,} of {whole:,} bytes")
    if whole != -1 and size > whole:
        part.remove()
        raise Passing(f"sent {size:,} bytes, said {whole:,}")
    return facts


def _facts(answer: Answer, url: str, now: str) -> Facts:
    return Facts(
        url=url, final_url=answer.url, status=answer.status, etag=answer.header("etag"),
        last_modified=answer.header("last-modified"), content_type=answer.header("content-type"),
        content_length=answer.header("content-length"), fetched_at=now,
    )  # fmt: skip


def _continues(answer: Answer, started: Facts | None, part: _Part) -> bool:
    """Whether what is sent follows what is there, of a file as long as was said before."""
    match = re.fullmatch(r"bytes ([0-9]+)-[0-9]+/([0-9]+|\*)", answer.header("content-range").strip())
    if not match or started is None or int(match[1]) != part.size:
        return False
    return match[2] == "*" or part.whole(started) in (-1, int(match[2]))


def _check(answer: Answer, url: str, limits: Limits) -> None:
    if answer.status != 200:
        raise Fault(f"answers {answer.status}, expected a file", where=url, remedy="Look at it in a browser")
    if answer.content_type not in limits.types:
        raise Fault(
            f"is {answer.content_type or 'of no type'}, expected one of {', '.join(limits.types)}",
            where=url,
            remedy="Look at it in a browser; if the file is right, add the type to `types` of the contract's fetch block",
        )
    length = answer.header("content-length")
    if length.isdigit() and int(length) > limits.max_bytes:
        raise _too_long(url, f"{int(length):,}", limits)
    if not length.isdigit() and "chunked" not in answer.header("transfer-encoding").lower():
        raise Fault(
            "comes without its length, so that nobody could tell whether it is whole",
            where=url,
            remedy="Download it in a browser and `ics-marts add` it with --url",
        )


def _too_long(url: str, said: str, limits: Limits) -> Fault:
    return Fault(
        f"has {said} bytes, expected at most {limits.max_bytes:,}",
        where=url,
        remedy="If the file is right, raise `max_bytes` of the contract's fetch block",
    )
