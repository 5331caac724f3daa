"""The archive: publishers' bytes, unmodified, each in its slot with a sidecar that says where it came from.

Layout: RAW/<dataset>/<table>/<part>/<period>/<sha12>-<original name> and <the same>.release.json. Only `add` writes
here. Other bytes for the same slot are a new revision; nothing is ever overwritten.

An original about people goes to the restricted archive (restricted.py) and never lies anywhere else: a file is identified where it
is, and copied only when it is known where it belongs. Its sidecar stands here, under a name that nobody chose.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import uuid
from collections.abc import Callable, Iterable
from dataclasses import MISSING, asdict, dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pipeline import periods
from pipeline.catalogue.contract import Contract, PeriodRule, Table
from pipeline.catalogue.load import Catalogue
from pipeline.errors import Fault, Refused
from pipeline.ingest import restricted
from pipeline.ingest.door import Door
from pipeline.ingest.findings import problems
from pipeline.ingest.identify import Identified, NotClaimed, identify
from pipeline.ingest.read import Bronze, ReadReport, bronze_folder, cached_bronze, read
from pipeline.periods import Period
from pipeline.privacy.scan import withheld
from pipeline.settings import Settings

SIDECAR = ".release.json"
INCOMING = ".incoming"
BUILDING = ".tmp"
READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
# A name that a file was given in an archive.
DIGEST_IN_NAME = re.compile(r"[0-9a-f]{12}-")
PLAIN_SUFFIXES = (".csv", ".xlsx", ".xls", ".ods", ".parquet", ".geojson")
# Which dataset and table say the LSOA of a postcode.
POSTCODES = ("ons_nspl", "postcodes")
LONGEST_NAME = 255  # bytes, on every file system that this runs on
MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}  # fmt: skip

_EXAMPLE = {
    "month": "2025-11", "quarter": "2025-Q3", "calendar_year": "2025", "financial_year": "2024/25",
    "academic_year": "2024-08/2025-07", "snapshot": "2025-11-30",
}  # fmt: skip

Origin = Literal["real", "synthetic"]


@dataclass(frozen=True)
class Release:
    """One revision of one published file, as its sidecar describes it. Instants are ISO, in UTC, '' when unknown.

    Of a person-level file: `restricted`, its original is in the restricted archive; `pseudonyms`, what those of its people
    begin with; `places`, the release that its postcodes were looked up in; `purged_at`, when its original was deleted and
    its rows kept; `removals`, how often people were taken out of it.
    """

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
    restricted: bool = False
    pseudonyms: str = ""
    places: str = ""
    purged_at: str = ""
    removals: int = 0

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
    def revision_order(self) -> tuple[str, str, str]:
        """Revisions of a slot sort by this: published-at (else archived-at), then archived-at, then sha."""
        return (self.published_at or self.archived_at, self.archived_at, self.sha256)


@dataclass(frozen=True)
class AddOutcome:
    """What became of one table of a file. `problems` are the contract's findings that the gate will judge. `restricted`: its
    original is in the restricted archive, and no other copy of it should stay about."""

    path: str
    status: Literal["archived", "new revision", "already held", "skipped", "refused"]
    message: str
    release_id: str = ""
    problems: tuple[str, ...] = ()
    restricted: bool = False


@dataclass(frozen=True)
class Provenance:
    """What the person or the downloader knows of a file beyond its bytes."""

    url: str = ""
    published_at: str = ""
    fetched_at: str = ""
    origin: Origin = "real"
    citation: str = ""
    publisher: str = ""
    licence: str = ""


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
        found.append(_read_sidecar(sidecar, relative))
    return found


def _read_sidecar(sidecar: Path, relative: Path) -> Release:
    try:
        release = Release(**json.loads(sidecar.read_text("utf-8")))
        wrong = "" if release.period and re.fullmatch(r"[0-9a-f]{64}", release.sha256) else "its sha256 is not one"
        for name in ("archived_at", "published_at", "fetched_at"):
            if iso_instant(getattr(release, name), name) != getattr(release, name):
                wrong = f"its {name} is not in UTC"
    except (TypeError, ValueError, Fault) as error:
        wrong = str(error)
    else:
        place = [release.dataset, release.table, release.part, release.period.slug]
        if not wrong and [*place, f"{release.sha256[:12]}-{release.original_name}{SIDECAR}"] != list(relative.parts):
            wrong = f"it describes {release.release_id}, which does not stand here"
        if not wrong and release.file + SIDECAR != relative.as_posix():
            wrong = f"it names the file {release.file}"
    if wrong:
        raise Fault(
            f"not a release sidecar ({wrong}), expected the one that `add` wrote",
            where=str(sidecar),
            remedy="Restore it from a backup",
        )
    return release


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
    """Takes files and folders into the archive. One outcome for each file, or for each table of it, in path order; a
    refusal never stops the rest.

    Files that were named refuse loudly; files inside a folder that no contract claims are skipped. Raises Fault where
    an instant of `provenance` is not ISO: revisions are put in order by it.
    """
    provenance = replace(
        provenance,
        published_at=iso_instant(provenance.published_at, "published-at"),
        fetched_at=iso_instant(provenance.fetched_at, "fetched-at"),
    )
    outcomes: list[AddOutcome] = []
    for path in paths:
        if not (path.is_file() or path.is_dir()):
            outcomes.append(
                AddOutcome(str(path), "refused", f"{path}: there is no such file or folder. Check the path")
            )
            continue
        for file in _files_below(path):
            progress(shown_name(file.name, catalogue, dataset))
            outcomes += _add_file(file, settings, catalogue, dataset, period, provenance, now, named=file == path)
    return outcomes


def _files_below(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    hidden = (
        file for file in path.rglob("*") if not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    return sorted(file for file in hidden if file.is_file() and not file.name.endswith(SIDECAR))


def iso_instant(text: str, what: str) -> str:
    """An ISO day as it is, an ISO instant in UTC, '' as it is. Raises Fault for anything else."""
    try:
        if not text or re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text).isoformat() if text else ""
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Fault(
            f"{text!r} is not an ISO day or instant", where=what, remedy="Write 2025-12-18 or 2025-12-18T09:30+00:00"
        ) from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="seconds")


def shown_name(name: str, catalogue: Catalogue, dataset: str | None = None) -> str:
    """The name of a file as it may be shown: people name files after people, so of a person-level one only what it is."""
    for contract, table in catalogue.tables():
        if contract.person_level is True and (table.claims_name(name) or contract.dataset == dataset):
            return f"{contract.dataset}{Path(name).suffix if Path(name).suffix.lower() in PLAIN_SUFFIXES else ''}"
    return withheld(name)


def _add_file(file, settings, catalogue, dataset, period, provenance, now, *, named: bool) -> list[AddOutcome]:
    shown = shown_name(file.name, catalogue, dataset)
    path = str(file) if shown == file.name else str(Path(withheld(str(file.parent))) / shown)
    incoming: Path | None = None
    wrong: Refused
    try:
        (settings.raw / INCOMING).mkdir(parents=True, exist_ok=True)
        before = _stat_of(file)
        name = published_name(file.name, _sha256_of(file) if DIGEST_IN_NAME.match(file.name) else "")
        found = _identified(file, catalogue, name, dataset)
        if isinstance(found, NotClaimed):
            near = f" (nearest: {found.nearest}, {found.likeness:.0%} alike)" if found.likeness >= 0.3 else ""
            status = "refused" if named else "skipped"
            remedy = f". {found.remedy}" if named else ""
            return [AddOutcome(path, status, f"{shown}: {withheld(found.reason)}{near}{remedy}")]
        stamp = (now or datetime.now(UTC)).astimezone(UTC)
        personal = any(one.contract.person_level is True for one in found) and provenance.origin == "real"
        for one in found if personal else ():
            restricted.check_governance(one.contract, stamp.date(), shown)
        root = restricted.root(settings) if personal else settings.raw
        incoming = (restricted.make_folder(root / INCOMING, root) if personal else root / INCOMING) / uuid.uuid4().hex
        sha256, size = copy_hashing(file, incoming, mode=0o600 if personal else 0o666)
        _check_unchanged(before, _stat_of(file), shown)
        # All tables are read before any is archived: a file is taken in whole or not at all.
        read_in = [
            (one, _read_in(incoming, one, sha256, settings, catalogue, provenance.origin, shown)) for one in found
        ]
        releases = [
            _release(one, report, name, sha256, size, period, provenance, stamp.isoformat(timespec="seconds"), treated)
            for one, (report, treated) in read_in
        ]
        return [
            _archive(path, incoming, settings.raw, root, one, report, release)
            for (one, (report, _)), release in zip(read_in, releases, strict=True)
        ]
    except Refused as refusal:
        wrong = refusal
    finally:
        if incoming:
            incoming.unlink(missing_ok=True)
    # A person's name in a file's name cannot be told from a word: where the shown name is another, it alone is said.
    where = wrong.where.replace(file.name, shown) if shown != file.name else wrong.where
    said = Refused(withheld(wrong.what), where=withheld(where), remedy=wrong.remedy)
    return [AddOutcome(path, "refused", str(said))]


def _identified(file: Path, catalogue: Catalogue, name: str, dataset: str | None):
    """What a file is. Raises Refused; where it may be about people, without a cell of it, for a file without a header has people
    in its first row."""
    personal = [
        (contract, table)
        for contract, table in catalogue.tables()
        if contract.person_level is True and (table.claims_name(name) or contract.dataset == dataset)
    ]
    said: Refused
    try:
        return identify(file, catalogue, name=name, dataset=dataset)
    except Refused as refusal:
        if not personal:
            raise
        said = refusal
    contract, table = personal[0]
    forms = " or ".join(", ".join(layout.columns) for layout in table.layouts[:2])
    raise Refused(
        f"is not of the form of {contract.dataset}/{table.name}, whose header is: {forms} "
        f"({_without_cells(said)}what stands in the file is not shown)",
        where=shown_name(name, catalogue, dataset),
        remedy="Fill in the template as it is, header and all",
    )


def _without_cells(refusal: Refused) -> str:
    """What of a refusal quotes no cell: which names are missing."""
    missing = re.findall(r"column '([a-z][a-z0-9_]*)' is missing", refusal.what)
    return f"missing: {', '.join(missing)}; " if missing else ""


def _read_in(
    incoming: Path, one: Identified, sha256: str, settings: Settings, catalogue: Catalogue, origin: Origin, label: str
) -> tuple[ReadReport, Door | None]:
    treated = None
    if one.contract.person_level is True:
        places = _places(settings, catalogue, one.table)
        treated = restricted.door_of(one.contract, settings, origin, places=places)
    bronze = read(incoming, one, sha256, settings.work, label=label, threads=settings.threads, treated=treated)
    return bronze.report, treated


def _places(settings: Settings, catalogue: Catalogue, table: Table, release_id: str | None = None) -> tuple[str, str]:
    """SQL of postcode and LSOA from the newest release of the lookup (or the one that is named), and that release's id."""
    if not any(column.fate == "lsoa" for column in table.columns) or release_id == "":
        return "", ""
    held = [
        one
        for one in releases(settings.raw)
        if one.dataset == POSTCODES[0] and one.table == POSTCODES[1] and release_id in (None, one.release_id)
    ]
    if not held and release_id:
        raise Fault(
            f"its postcodes were looked up in {release_id}, which the archive no longer holds",
            where=table.name,
            remedy="Add that release again",
        )
    if not held:
        return "", ""
    newest = max(held, key=lambda one: (one.period_end, *one.revision_order))
    rows = bronze_of(newest, settings, catalogue).select(["postcode", "lsoa_code"])
    return f"select postcode, lsoa_code as lsoa from ({rows})", newest.release_id


def _stat_of(file: Path) -> os.stat_result:
    """How a file looks from outside. Raises Refused where it cannot be read."""
    try:
        with file.open("rb"):
            return file.stat()
    except OSError as error:
        raise Refused(
            f"cannot be read ({error.strerror}), expected a file that this user may read",
            where=file.name,
            remedy="Close it where it is open, or ask for the right to read it",
        ) from error


def _check_unchanged(before: os.stat_result, after: os.stat_result, label: str) -> None:
    if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
        raise Refused(
            f"the file changed while it was read ({before.st_size:,} bytes before, {after.st_size:,} after), "
            "expected one that stays as it is",
            where=label,
            remedy="Wait until it is written to its end and add it again",
        )


def published_name(name: str, sha256: str) -> str:
    """The name a file was published under: one taken from an archive sheds the digest it was given there.

    Raises Refused for a name that the archive could not hold.
    """
    prefix = (sha256[:12] or "0" * 12) + "-"
    name = name[len(prefix) :] if name.startswith(prefix) and len(name) > len(prefix) else name
    if not name.isprintable():
        raise Refused(
            "its name holds signs that cannot be printed, expected plain text", where=repr(name), remedy="Rename it"
        )
    size = len((prefix + name + SIDECAR + BUILDING).encode())
    if size > LONGEST_NAME:
        raise Refused(
            f"its name is {size - LONGEST_NAME} bytes too long, expected at most "
            f"{LONGEST_NAME - len(prefix + SIDECAR + BUILDING)}: the archive adds a digest, and a sidecar beside it",
            where=name,
            remedy="Rename it",
        )
    return name


def copy_hashing(source: Path, target: Path, *, mode: int = 0o666) -> tuple[str, int]:
    """Copies `source`, hashing what was copied. Raises Refused where it cannot be read or changed meanwhile."""
    try:
        before, reader = source.stat(), source.open("rb")
    except OSError as error:
        raise Refused(
            f"cannot be read ({error.strerror}), expected a file that this user may read",
            where=source.name,
            remedy="Close it where it is open, or ask for the right to read it",
        ) from error
    digest, size = hashlib.sha256(), 0
    with reader, open(target, "wb", opener=lambda path, flags: os.open(path, flags, mode)) as writer:
        # A file that grows as fast as it is read would never end.
        while size <= before.st_size and (chunk := reader.read(1024 * 1024)):
            digest.update(chunk)
            size += len(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    after = source.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
        raise Refused(
            f"the file changed while it was read ({before.st_size:,} bytes before, {after.st_size:,} after), "
            "expected one that stays as it is",
            where=source.name,
            remedy="Wait until it is written to its end and add it again",
        )
    return digest.hexdigest(), size


def _release(
    found: Identified, report: ReadReport, name: str, sha256: str, size: int, period: Period | None,
    provenance: Provenance, stamp: str, treated: Door | None = None,
) -> Release:  # fmt: skip
    """The release that one table of a file is. Raises Refused where its part or period cannot be told."""
    contract, table = found.contract, found.table
    part = part_of(table, name)
    chosen, chosen_from, in_name = period_of_release(contract, table, report, name, period)
    publisher, licence = _publisher_and_licence(contract, provenance)
    personal = contract.person_level is True and provenance.origin == "real"
    if personal:
        suffix = Path(name).suffix.lower()
        name = f"{contract.dataset}__{part}__{chosen.slug}{suffix if suffix in PLAIN_SUFFIXES else ''}"
        in_name = ""
    place = Path(contract.dataset, table.name, part, chosen.slug, f"{sha256[:12]}-{name}")
    return Release(
        dataset=contract.dataset, table=table.name, part=part, period_start=chosen.start.isoformat(),
        period_end=chosen.end.isoformat(), period_type=chosen.type, period_from=chosen_from, period_in_name=in_name,
        layout=found.layout.id, format=found.layout.format, sha256=sha256, size=size, original_name=name,
        publisher=publisher, licence=licence, url=provenance.url,
        published_at=provenance.published_at, fetched_at=provenance.fetched_at or stamp, archived_at=stamp,
        origin=provenance.origin, citation=provenance.citation, file=place.as_posix(), restricted=personal,
        pseudonyms=report.pseudonyms, places=treated.places_id if treated else "",
    )  # fmt: skip


def _archive(
    path: str, incoming: Path, raw: Path, root: Path, found: Identified, report: ReadReport, release: Release
) -> AddOutcome:
    """Puts a file into the slot of one of its tables below `root`, its sidecar below `raw`."""
    target, name = root / release.file, release.original_name
    slot = (raw / release.file).parent
    found_problems = tuple(problems(found.contract, found.table, report, name))
    held = sorted(slot.glob("*" + SIDECAR)) if slot.is_dir() else []
    same = [sidecar for sidecar in held if sidecar.name.startswith(release.sha256[:12] + "-")]
    if same:
        message = f"{name}: already held" + _again(incoming, raw, root, same[0], release)
        return AddOutcome(path, "already held", message, release.release_id, found_problems, release.restricted)
    slot.mkdir(parents=True, exist_ok=True)
    if root == raw:
        _place(incoming, target)
    else:
        restricted.make_folder(target.parent, root)
        _place(incoming, target, restricted.FILE_MODE)
    write_sidecar(raw, release)
    status = "new revision" if held else "archived"
    slug = release.period.slug
    contradiction = f"; its name says {release.period_in_name}, its content {slug}" if release.period_in_name else ""
    left_out = f", {report.rows_quarantined:,} left out" if report.rows_quarantined else ""
    message = f"{name}: {status} as {release.release_id} ({report.rows_in:,} rows{left_out}{contradiction})"
    return AddOutcome(path, status, message, release.release_id, found_problems, release.restricted)


def _again(incoming: Path, raw: Path, root: Path, sidecar: Path, release: Release) -> str:
    """What is to be said, and mended, where a file comes that is held."""
    earlier = _read_sidecar(sidecar, sidecar.relative_to(raw))
    if earlier.purged_at:
        return f"; its original was purged on {earlier.purged_at[:10]} and is not put back"
    if release.pseudonyms != earlier.pseudonyms:
        raise Refused(
            f"is held with pseudonyms {earlier.pseudonyms}, and would now have {release.pseudonyms}",
            where=release.original_name,
            remedy=f"Set the key of {earlier.pseudonyms}, or purge the release and its rows first (`ics-marts purge --rows`)",
        )
    mode = restricted.FILE_MODE if root != raw else READ_ONLY
    mended = _put_back(incoming, root / earlier.file, release.sha256, mode)
    return f"; {mended} and was put back" if mended else ""


def _place(incoming: Path, target: Path, mode: int = READ_ONLY) -> None:
    """Gives the file its place, whole at once. `incoming` stays: another table of the file may want it too."""
    building = target.with_name(target.name + BUILDING)
    building.unlink(missing_ok=True)
    try:
        os.link(incoming, building)
    except OSError:  # a file system without hard links
        shutil.copyfile(incoming, building)
    os.replace(building, target)
    target.chmod(mode)


def _put_back(incoming: Path, target: Path, sha256: str, mode: int) -> str:
    """Puts an archived file back that is gone or no longer holds its bytes, and says which; '' where it is whole."""
    if not target.is_file():
        wrong = "the archived file was gone"
    elif _sha256_of(target) != sha256:
        wrong = "the archived file held other bytes"
    else:
        return ""
    _place(incoming, target, mode)
    return wrong


def _publisher_and_licence(contract: Contract, provenance: Provenance) -> tuple[str, str]:
    """As the person says, else as the contract says; made-up figures are nobody's publication."""
    if provenance.origin == "synthetic":
        return f"nobody: made up in the form of {contract.publisher}", "none: made-up figures"
    return provenance.publisher or contract.publisher, provenance.licence or contract.licence


def write_sidecar(raw: Path, release: Release) -> None:
    """Writes a release's sidecar beside its file, atomically."""
    path = raw / (release.file + SIDECAR)
    building = path.with_name(path.name + BUILDING)
    blank = {field.name for field in fields(Release) if field.default is not MISSING}
    facts = {name: value for name, value in asdict(release).items() if name not in blank or value}
    building.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", "utf-8")
    os.replace(building, path)


def part_of(table: Table, file_name: str) -> str:
    """The part of a release: `all`, or what the table's rule (a regular expression with group `part`) finds.

    A rule whose group is optional gives `all` for a name without it.
    """
    if "(?P<part>" not in table.part:
        return table.part
    match = re.search(table.part, file_name, re.IGNORECASE | re.ASCII)
    if match and match["part"] is None:
        return "all"
    if not match:
        raise Refused(
            f"its name does not say whose part it is, expected {table.part}",
            where=file_name,
            remedy=f"Rename it like {table.file_names[0]}",
        )
    return re.sub(r"[^a-z0-9]+", "-", match["part"].lower()).strip("-")


def period_of_release(
    contract: Contract, table: Table, report: ReadReport, file_name: str, given: Period | None
) -> tuple[Period, str, str]:
    """The period a release stands for, where it was taken from, and the period its name says when that differs."""
    rule = table.period
    if given and rule.type == "academic_year" and given.start.month == 8 and given.type == "rolling_12_months":
        given = replace(given, type="academic_year")
    if given and given.type != rule.type:
        raise Refused(
            f"{given.slug} is a {given.type.replace('_', ' ')}, expected a {rule.type.replace('_', ' ')}: "
            f"so {contract.dataset}/{table.name} is published",
            where=file_name,
            remedy=f"Give --period {_EXAMPLE[rule.type]}, or leave it out",
        )
    content = None
    if rule.header_year and report.years:
        content = periods.parse(f"20{report.years[0]}")
    elif (rule.content_column or rule.content_within) and report.latest_period:
        content = periods.containing(date.fromisoformat(report.latest_period), rule.type)
    named = period_in_name(rule, file_name)
    # A name that says the month cannot say the day, but can contradict it.
    hints = [(content, "content"), (named if named and named.type == rule.type else None, "name")]
    ordered = [(given, "option"), *(hints if rule.prefer == "content" else reversed(hints))]
    chosen, source = next(((period, where) for period, where in ordered if period), (None, ""))
    if chosen is None:
        raise Refused(
            f"neither its content nor its name says which period it is, expected a {rule.type.replace('_', ' ')}",
            where=file_name,
            remedy=f"Give it: --period {_EXAMPLE[rule.type]}",
        )
    agrees = named is None or (named.start <= chosen.start and chosen.end <= named.end)
    return chosen, source, "" if agrees else named.slug


def period_in_name(rule: PeriodRule, file_name: str) -> Period | None:
    """The period that a file's name says, or None; of a day whose pattern has no `day`, its month.

    Two-digit years are of this century.
    """
    kind = rule.type
    match = re.search(rule.name, file_name, re.IGNORECASE | re.ASCII) if rule.name else None
    if not match:
        return None
    found = match.groupdict()
    said = found.get("year") or found["year_end"]
    year = int(said) + (2000 if len(said) == 2 else 0) - (0 if found.get("year") else 1)
    if not 1900 <= year <= 2999:
        return None
    if kind == "calendar_year":
        return periods.parse(f"{year}")
    if kind in ("financial_year", "academic_year"):
        return periods.year_of(date(year, 4 if kind == "financial_year" else 8, 1), kind)
    if kind == "quarter":
        quarter = int(match["quarter"]) + (rule.quarters == "financial")
        return periods.parse(f"{year + quarter // 5}-Q{(quarter - 1) % 4 + 1}") if 1 <= quarter <= 5 else None
    month = match["month"]
    number = int(month) if month.isdigit() else MONTHS.get(month[:3].lower(), 0)
    if not 1 <= number <= 12:
        return None
    if kind == "month" or "day" not in match.groupdict():
        return periods.month_period(year, number)
    try:
        return periods.parse(f"{year}-{number:02}-{int(match['day']):02}")
    except ValueError:
        return None


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
    treated = None
    if contract.person_level is True:
        places = _places(settings, catalogue, tables[0], release.places)
        treated = restricted.door_of(contract, settings, release.origin, places=places, expected=release.pseudonyms)
    folder = bronze_folder(settings.work, release.dataset, tables[0], release.sha256, treated)
    cached = cached_bronze(folder)
    if cached and cached.report.pseudonyms == release.pseudonyms:
        return cached
    path = path_of(release, settings)
    if release.purged_at:
        return restricted.kept(path.with_name(path.name + restricted.KEPT), tables[0], release.release_id)
    check_bytes(path, release)
    found = identify(path, catalogue, name=release.original_name, dataset=release.dataset)
    mine = [] if isinstance(found, NotClaimed) else [one for one in found if one.table.name == release.table]
    if not mine:
        raise Fault("is no longer what its contract describes", where=release.file, remedy="See `ics-marts inspect`")
    bronze = read(
        path,
        mine[0],
        release.sha256,
        settings.work,
        label=release.original_name,
        threads=settings.threads,
        treated=treated,
    )
    if bronze.report.pseudonyms != release.pseudonyms:
        raise Fault(
            f"was taken in with pseudonyms {release.pseudonyms or '(none)'}, and would now have {bronze.report.pseudonyms or '(none)'}",
            where=release.release_id,
            remedy="Set the key that it was taken in with, or purge it with its rows and add it under the new key",
        )
    return bronze


def path_of(release: Release, settings: Settings) -> Path:
    """Where the original of a release is, or was before it was purged."""
    return (settings.restricted_dir if release.restricted else settings.raw) / release.file


def check_bytes(path: Path, release: Release) -> None:
    """Raises Fault where the archived file is missing or its sha256 is not the sidecar's."""
    if not path.is_file():
        raise Fault(
            "the archived file is gone",
            where=str(path),
            remedy="Restore it from a backup of the archive, or add it again",
        )
    actual = _sha256_of(path)
    if actual != release.sha256:
        raise Fault(
            f"holds sha256 {actual[:12]}, its sidecar says {release.sha256[:12]}: the archive was changed",
            where=str(path),
            remedy="Restore it from a backup of the archive, or add the publisher's file again",
        )


def _sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
