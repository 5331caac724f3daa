"""The archive: publishers' bytes, unmodified, each in its slot with a sidecar that says where it came from.

Layout: RAW/<dataset>/<table>/<part>/<period>/<sha12>-<original name> and <the same>.release.json. Only `add` writes
here. Other bytes for the same slot are a new revision; nothing is ever overwritten.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pipeline import periods
from pipeline.catalogue.contract import Contract, Table
from pipeline.catalogue.load import Catalogue
from pipeline.errors import Fault, Refused
from pipeline.ingest.findings import problems
from pipeline.ingest.identify import Identified, NotClaimed, identify
from pipeline.ingest.read import Bronze, ReadReport, bronze_folder, cached_bronze, read
from pipeline.periods import Period
from pipeline.settings import Settings

SIDECAR = ".release.json"
INCOMING = ".incoming"
MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}  # fmt: skip

Origin = Literal["real", "synthetic"]


@dataclass(frozen=True)
class Release:
    """One revision of one published file, as its sidecar describes it. Instants are ISO, in UTC, '' when unknown."""

    dataset: str
    table: str
    part: str
    period_start: str
    period_end: str
    period_type: str
    period_from: str
    period_in_name: str
    layout: str
    format: str
    sha256: str
    size: int
    original_name: str
    publisher: str
    licence: str
    url: str
    published_at: str
    fetched_at: str
    archived_at: str
    origin: Origin
    citation: str
    file: str

    @property
    def period(self) -> Period:
        return Period(date.fromisoformat(self.period_start), date.fromisoformat(self.period_end), self.period_type)

    @property
    def release_id(self) -> str:
        return f"{self.dataset}/{self.table}/{self.part}/{self.period.slug}/{self.sha256[:12]}"

    @property
    def slot(self) -> tuple[str, str, str, str, str]:
        return (self.dataset, self.table, self.part, self.period_start, self.period_end)

    @property
    def revision_order(self) -> tuple[str, str]:
        """Revisions of a slot sort by this: published-at, else archived-at, then sha."""
        return (self.published_at or self.archived_at, self.sha256)


@dataclass(frozen=True)
class AddOutcome:
    """What became of one file. `problems` are the contract's findings that the gate will judge."""

    path: str
    status: Literal["archived", "new revision", "already held", "skipped", "refused"]
    message: str
    release_id: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provenance:
    """What the person or the downloader knows of a file beyond its bytes."""

    url: str = ""
    published_at: str = ""
    fetched_at: str = ""
    origin: Origin = "real"
    citation: str = ""


def releases(raw: Path) -> list[Release]:
    """Every release in the archive, in a fixed order. A file without a sidecar is not a release."""
    found = []
    for sidecar in sorted(raw.rglob("*" + SIDECAR)):
        if INCOMING in sidecar.parts:
            continue
        relative = sidecar.relative_to(raw)
        # An archive of its own below this one (the embedded sample, data/raw/sample) is not part of it.
        if len(relative.parts) != 5:
            continue
        try:
            found.append(Release(**json.loads(sidecar.read_text("utf-8"))))
        except (TypeError, json.JSONDecodeError) as error:
            raise Fault(
                f"not a release sidecar ({error})", where=str(sidecar), remedy="Restore it from a backup"
            ) from error
    return found


def add(
    paths: Iterable[Path],
    settings: Settings,
    catalogue: Catalogue,
    *,
    dataset: str | None = None,
    period: Period | None = None,
    provenance: Provenance = Provenance(),
    now: datetime | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[AddOutcome]:
    """Takes files and folders into the archive. One outcome per file, in path order; a refusal never stops the rest.

    Files that were named refuse loudly; files inside a folder that no contract claims are skipped.
    """
    outcomes: list[AddOutcome] = []
    for path in paths:
        if not path.exists():
            outcomes.append(
                AddOutcome(str(path), "refused", f"{path}: there is no such file or folder. Check the path")
            )
            continue
        for file in _files_below(path):
            progress(file.name)
            outcomes.append(_add_file(file, settings, catalogue, dataset, period, provenance, now, named=file == path))
    return outcomes


def _files_below(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))


def _add_file(file, settings, catalogue, dataset, period, provenance, now, *, named: bool) -> AddOutcome:
    incoming = settings.raw / INCOMING / f"{uuid.uuid4().hex}-{file.name}"
    try:
        incoming.parent.mkdir(parents=True, exist_ok=True)
        sha256, size = copy_hashing(file, incoming)
        found = identify(incoming, catalogue, name=file.name, dataset=dataset)
        if isinstance(found, NotClaimed):
            near = f" (nearest: {found.nearest}, {found.likeness:.0%} alike)" if found.likeness >= 0.3 else ""
            status = "refused" if named else "skipped"
            remedy = ". To take it in, write a contract: docs/how-to/add-a-dataset.md" if named else ""
            return AddOutcome(str(file), status, f"{file.name}: {found.reason}{near}{remedy}")
        bronze = read(incoming, found, sha256, settings.work, label=file.name, threads=settings.threads)
        return _archive(file, incoming, found, bronze.report, sha256, size, settings, period, provenance, now)
    except Refused as refusal:
        return AddOutcome(str(file), "refused", str(refusal))
    finally:
        incoming.unlink(missing_ok=True)


def copy_hashing(source: Path, target: Path) -> tuple[str, int]:
    """Copies `source`, hashing what was copied. Raises Refused where the file changed meanwhile."""
    before = source.stat()
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reader, target.open("wb") as writer:
        while chunk := reader.read(1024 * 1024):
            digest.update(chunk)
            size += len(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    after = source.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
        raise Refused(
            f"the file changed while it was read ({before.st_size:,} bytes before, {after.st_size:,} after)",
            where=source.name,
            remedy="Wait until it is written to its end and add it again",
        )
    return digest.hexdigest(), size


def _archive(file, incoming, found: Identified, report, sha256, size, settings, period, provenance, now) -> AddOutcome:
    contract, table = found.contract, found.table
    part = part_of(table, file.name)
    chosen, chosen_from, in_name = period_of_release(contract, table, report, file.name, period)
    stamp = (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    folder = settings.raw / contract.dataset / table.name / part / chosen.slug
    target = folder / f"{sha256[:12]}-{file.name}"
    release = Release(
        dataset=contract.dataset, table=table.name, part=part, period_start=chosen.start.isoformat(),
        period_end=chosen.end.isoformat(), period_type=chosen.type, period_from=chosen_from, period_in_name=in_name,
        layout=found.layout.id, format=found.layout.format, sha256=sha256, size=size, original_name=file.name,
        publisher=contract.publisher, licence=contract.licence, url=provenance.url,
        published_at=provenance.published_at, fetched_at=provenance.fetched_at or stamp, archived_at=stamp,
        origin=provenance.origin, citation=provenance.citation, file=target.relative_to(settings.raw).as_posix(),
    )  # fmt: skip
    found_problems = tuple(problems(contract, table, report, file.name))
    held = [one for one in folder.glob("*" + SIDECAR)] if folder.is_dir() else []
    if any(one.name.startswith(sha256[:12] + "-") for one in held):
        return AddOutcome(str(file), "already held", f"{file.name}: already held", release.release_id, found_problems)
    folder.mkdir(parents=True, exist_ok=True)
    os.replace(incoming, target)
    target.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    write_sidecar(settings.raw, release)
    status = "new revision" if held else "archived"
    contradiction = f"; its name says {in_name}, its content {chosen.slug}" if in_name else ""
    message = f"{file.name}: {status} as {release.release_id} ({report.rows_in:,} rows{contradiction})"
    return AddOutcome(str(file), status, message, release.release_id, found_problems)


def write_sidecar(raw: Path, release: Release) -> None:
    """Writes a release's sidecar beside its file, atomically."""
    path = raw / (release.file + SIDECAR)
    building = path.with_name(path.name + ".tmp")
    building.write_text(json.dumps(asdict(release), indent=1, sort_keys=True) + "\n", "utf-8")
    os.replace(building, path)


def part_of(table: Table, file_name: str) -> str:
    """The part of a release: `all`, or what the table's rule (a regular expression with group `part`) finds."""
    if "(?P<part>" not in table.part:
        return table.part
    match = re.search(table.part, file_name)
    if not match:
        raise Refused(
            f"its name does not say whose part it is (expected {table.part})",
            where=file_name,
            remedy=f"Rename it as the contract of {table.name} says",
        )
    return match["part"].lower()


def period_of_release(
    contract: Contract, table: Table, report: ReadReport, file_name: str, given: Period | None
) -> tuple[Period, str, str]:
    """The period a release stands for, where it was taken from, and the period its name says when that differs."""
    rule = table.period
    content = None
    if rule.header_year and report.years:
        content = periods.parse(f"20{report.years[0]}")
    elif rule.content_column and report.latest_period:
        content = periods.parse(report.latest_period[:7])
    named = period_in_name(rule.name, rule.type, file_name)
    chosen, source = (given, "option") if given else (content, "content") if content else (named, "name")
    if chosen is None:
        raise Refused(
            "neither its content nor its name says which period it is",
            where=file_name,
            remedy="Give it: --period 2025-11 (a month), 2024 (a year) or 2024/25 (a financial year)",
        )
    contradicts = named is not None and source != "name" and named != chosen
    return chosen, source, named.slug if named and contradicts else ""


def period_in_name(pattern: str, kind: str, file_name: str) -> Period | None:
    """The period that a file's name says, or None. Two-digit years are of this century."""
    match = re.search(pattern, file_name) if pattern else None
    if not match:
        return None
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    if kind == "calendar_year":
        return periods.parse(f"{year}")
    month = match["month"]
    number = int(month) if month.isdigit() else MONTHS.get(month[:3].lower(), 0)
    return periods.month_period(year, number) if 1 <= number <= 12 else None


def bronze_of(release: Release, settings: Settings, catalogue: Catalogue) -> Bronze:
    """The bronze rows of an archived release, read again where the cache was lost.

    Raises Fault where the archived file is gone or no longer holds the bytes that its sidecar names.
    """
    contract = catalogue.contracts.get(release.dataset)
    tables = [table for table in contract.tables if table.name == release.table] if contract else []
    if not tables:
        raise Fault(
            f"the archive holds {release.dataset}/{release.table}, which no contract describes",
            where=release.file,
            remedy="Restore the contract, or take the release out of the archive",
        )
    folder = bronze_folder(settings.work, release.dataset, tables[0], release.sha256)
    cached = cached_bronze(folder)
    if cached:
        return cached
    path = settings.raw / release.file
    check_bytes(path, release)
    found = identify(path, catalogue, name=release.original_name, dataset=release.dataset)
    if not isinstance(found, Identified) or found.table.name != release.table:
        raise Fault("is no longer what its contract describes", where=release.file, remedy="See `ics-marts inspect`")
    return read(path, found, release.sha256, settings.work, label=release.original_name, threads=settings.threads)


def check_bytes(path: Path, release: Release) -> None:
    """Raises Fault where the archived file is missing or its sha256 is not the sidecar's."""
    if not path.is_file():
        raise Fault("the archived file is gone", where=str(path), remedy="Restore it from a backup of the archive")
    with path.open("rb") as stream:
        actual = hashlib.file_digest(stream, "sha256").hexdigest()
    if actual != release.sha256:
        raise Fault(
            f"holds sha256 {actual[:12]}, its sidecar says {release.sha256[:12]}: the archive was changed",
            where=str(path),
            remedy="Restore it from a backup of the archive",
        )
