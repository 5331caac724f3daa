"""The fetch record: what servers said of every file that was fetched, as data beside the archive.

RAW/.fetch/<dataset>.json holds an entry for every download, in their order: the HTTP facts for which a release's sidecar has
no field, and what the next request can be conditional on. Losing it costs a download and those facts; no number
depends on it.

Does not belong here: deciding what to ask for (datasets.py).
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pipeline.errors import Fault

FOLDER = ".fetch"


@dataclass(frozen=True)
class Facts:
    """What a server said of a file. Instants are ISO in UTC, headers as they came, '' where there is none."""

    url: str
    final_url: str
    status: int
    etag: str
    last_modified: str
    content_type: str
    content_length: str
    fetched_at: str


@dataclass(frozen=True)
class Entry:
    """A file that was fetched. `page` is where it was listed; `releases` are what it was archived as; `refused` says why
    it was not; `checked_at` is when the server last said that it had not changed."""

    facts: Facts
    name: str
    sha256: str
    size: int
    page: str
    published_at: str
    checked_at: str
    releases: tuple[str, ...] = ()
    refused: str = ""


class Record:
    """The entries of one dataset, in the order of their downloads."""

    def __init__(self, raw: Path, dataset: str) -> None:
        self.path = raw / FOLDER / f"{dataset}.json"
        self.dataset = dataset
        self.entries: list[Entry] = self._read()

    def _read(self) -> list[Entry]:
        if not self.path.is_file():
            return []
        try:
            entries = json.loads(self.path.read_text("utf-8"))["entries"]
            return [
                Entry(**{**one, "facts": Facts(**one["facts"]), "releases": tuple(one["releases"])}) for one in entries
            ]
        except (ValueError, TypeError, KeyError) as error:
            raise Fault(
                f"not a fetch record ({type(error).__name__}: {error})",
                where=str(self.path),
                remedy="Delete it: the files are then downloaded once more",
            ) from error

    def last(self, url: str) -> Entry | None:
        """The latest download from an address."""
        return next((one for one in reversed(self.entries) if one.facts.url == url), None)

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._write()

    def change(self, old: Entry, **what: object) -> Entry:
        """Puts what became of an entry into its place."""
        changed = replace(old, **what)
        self.entries[self.entries.index(old)] = changed
        self._write()
        return changed

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        building = self.path.with_name(self.path.name + ".tmp")
        content = {"dataset": self.dataset, "entries": [asdict(one) for one in self.entries]}
        building.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", "utf-8")
        os.replace(building, self.path)
