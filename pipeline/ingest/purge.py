"""Deleting what was kept of people: an original, a whole release, one person everywhere.

Belongs here: the order in which things go, so that whatever ends half-way can be done again. Does not belong here: where
they stand (restricted.py, archive.py), the words of the command line (commands).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime

from pipeline import duck, settings
from pipeline.catalogue.load import Catalogue
from pipeline.errors import Fault, NotFound
from pipeline.ingest import archive, restricted
from pipeline.ingest.archive import SIDECAR, Release
from pipeline.ingest.read import Bronze
from pipeline.privacy import nhs_number, pseudonym, scan
from pipeline.settings import Settings

PURGED = ".purged.json"


@dataclass(frozen=True)
class Purged:
    """What was deleted of a release: its original, or its rows too."""

    release_id: str
    message: str


@dataclass(frozen=True)
class Forgotten:
    """What one person's removal did: the releases it changed, and the rows that went out of them. Never who."""

    releases: tuple[str, ...]
    rows: int
    originals: int


def purge(
    known: Settings, catalogue: Catalogue, release_ids: Iterable[str], *, rows: bool = False, due: bool = False,
    now: datetime, progress: Callable[[str], None] = lambda _: None,
) -> list[Purged]:  # fmt: skip
    """Deletes originals of people's releases and keeps their pseudonymised rows; with `rows` those too.

    `due`: every release whose retention is over, rows and all. Raises NotFound for an id that the restricted archive lacks.
    """
    held = {one.release_id: one for one in archive.releases(known.raw) if one.restricted}
    unknown = sorted(set(release_ids) - set(held))
    if unknown:
        raise NotFound(
            f"the restricted archive holds no release {', '.join(unknown)}",
            where=str(known.restricted_dir),
            remedy=f"It holds {', '.join(sorted(held)) or 'none'}",
        )
    over = {one.release_id for one in held.values() if due and is_over(one, catalogue, now.date())}
    done = []
    for release_id in sorted({*release_ids, *over}):
        progress(release_id)
        whole = rows or release_id in over
        done.append(
            _purge_whole(known, held[release_id], now) if whole else _purge(known, catalogue, held[release_id], now)
        )
    return done


def is_over(release: Release, catalogue: Catalogue, today: date) -> bool:
    """Whether a release has been kept for as long as its contract allows."""
    contract = catalogue.contracts.get(release.dataset)
    governance = contract.governance if contract else None
    until = governance.keep_until(datetime.fromisoformat(release.archived_at).date()) if governance else None
    return until is not None and until < today


def _purge(known: Settings, catalogue: Catalogue, release: Release, now: datetime) -> Purged:
    path = archive.path_of(release, known)
    if release.purged_at and not path.exists():
        return Purged(release.release_id, f"its original was purged on {release.purged_at[:10]}")
    if not release.purged_at:
        _keep_rows(known, archive.bronze_of(release, known, catalogue), release, now)
    path.unlink(missing_ok=True)
    return Purged(release.release_id, "its original is deleted; its pseudonymised rows, hash and sidecar are kept")


def _keep_rows(known: Settings, bronze: Bronze, release: Release, now: datetime, *, removals: int = 0) -> None:
    """The rows first, then the sidecar that says so: what ends between them still has its original."""
    path = archive.path_of(release, known)
    restricted.keep(bronze, path.with_name(path.name + restricted.KEPT), restricted.root(known))
    stamp = release.purged_at or now.astimezone(UTC).isoformat(timespec="seconds")
    archive.write_sidecar(known.raw, replace(release, purged_at=stamp, removals=release.removals + removals))


def _purge_whole(known: Settings, release: Release, now: datetime) -> Purged:
    """The sidecar goes first: from then on it is no release, and what is left of it is swept by the next purge."""
    sidecar = known.raw / (release.file + SIDECAR)
    stamp = now.astimezone(UTC).isoformat(timespec="seconds")
    facts = asdict(release) | {"purged_at": release.purged_at or stamp, "rows_purged_at": stamp}
    manifest = sidecar.with_name(sidecar.name.removesuffix(SIDECAR) + PURGED)
    building = manifest.with_name(manifest.name + archive.BUILDING)
    building.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", "utf-8")
    os.replace(building, manifest)
    sidecar.unlink()
    path = archive.path_of(release, known)
    path.unlink(missing_ok=True)
    shutil.rmtree(path.with_name(path.name + restricted.KEPT), ignore_errors=True)
    _drop_bronze(known, release.dataset)
    return Purged(release.release_id, f"its original and its rows are deleted; {manifest.name} says what it was")


def _drop_bronze(known: Settings, dataset: str) -> None:
    shutil.rmtree(known.work / "bronze" / dataset, ignore_errors=True)


# --- one person ------------------------------------------------------------------------------------------------------


def forget(
    known: Settings,
    catalogue: Catalogue,
    person: str,
    *,
    now: datetime,
    progress: Callable[[str], None] = lambda _: None,
) -> Forgotten:
    """Takes one person out of everything that is held, and leaves them out of everything that comes.

    `person` is an NHS Number or a pseudonym. The originals that hold them are deleted, the rows of everybody else are kept.
    Raises Fault, without the person, where it is neither, or a key that is needed is not there.
    """
    number = nhs_number.normal(person)
    held = [one for one in archive.releases(known.raw) if one.restricted]
    people = _pseudonyms_of(person.strip(), held)
    needle = scan.Exact(frozenset({number or person.strip().rsplit(":", 1)[-1]}))
    affected: list[tuple[Release, int]] = []
    for release in held:
        progress(release.release_id)
        path = archive.path_of(release, known)
        rows = _rows_of(archive.bronze_of(release, known, catalogue), release, catalogue, people)
        if rows or (path.is_file() and any(one.kind == "exact" for one in scan.in_file(path, needle))):
            affected.append((release, rows))
    # From here on they are left out of whatever is read; a second try after a failure finds the rest.
    restricted.remove(known, people, now)
    originals = 0
    for release, _ in affected:
        path = archive.path_of(release, known)
        if release.purged_at:
            _rewrite(known, catalogue, release, people)
        else:
            _keep_rows(known, archive.bronze_of(release, known, catalogue), release, now, removals=1)
        originals += path.exists()
        path.unlink(missing_ok=True)
    for dataset, contract in catalogue.contracts.items():
        if contract.person_level is True:
            _drop_bronze(known, dataset)
    return Forgotten(tuple(one.release_id for one, _ in affected), sum(rows for _, rows in affected), originals)


def _pseudonyms_of(person: str, held: list[Release]) -> frozenset[str]:
    if not nhs_number.normal(person):
        if not pseudonym.prefix_of(person):
            raise Fault(
                "what was given is neither an NHS Number nor a pseudonym", where="forget",
                remedy="Give ten digits, or a pseudonym as it stands in bronze (<domain>:<value>)",
            )  # fmt: skip
        return frozenset({person})
    if not nhs_number.is_valid(person):
        raise Fault("what was given has the wrong check digit for an NHS Number", where="forget", remedy="Check it")
    keys = pseudonym.keys_in(settings.secrets())
    if not keys:
        pseudonym.key_of(pseudonym.LINKAGE, {})
    needed = {one.pseudonyms for one in held if pseudonym.OURS.fullmatch(f"{one.pseudonyms}{'0' * 64}")}
    missing = sorted(needed - {key.prefix for key in keys})
    if missing:
        raise Fault(
            f"releases hold people under {', '.join(missing)}, whose key the environment lacks: the person would stay in them",
            where="forget",
            remedy="Set that key (ICS_MARTS_KEY_...) and try again",
        )
    return frozenset(key.pseudonym(person) for key in keys)


def _rows_of(bronze: Bronze, release: Release, catalogue: Catalogue, people: frozenset[str]) -> int:
    names = _person_columns(release, catalogue)
    if not names:
        return 0
    listed = duck.text_list(sorted(people))
    either = " or ".join(f"list_contains({listed}, {duck.name(name)})" for name in names)
    con = duck.connect()
    try:
        return con.execute(f"select count(*) from ({bronze.select()}) where {either}").fetchone()[0]
    finally:
        con.close()


def _person_columns(release: Release, catalogue: Catalogue) -> list[str]:
    table = catalogue.contracts[release.dataset].table(release.table)
    return [column.name for column in table.kept_columns if column.identifies in ("nhs_number", "pseudonym")]


def _rewrite(known: Settings, catalogue: Catalogue, release: Release, people: frozenset[str]) -> None:
    """Takes people out of the kept rows of a purged release."""
    path = archive.path_of(release, known)
    folder = path.with_name(path.name + restricted.KEPT)
    table = catalogue.contracts[release.dataset].table(release.table)
    bronze = restricted.kept(folder, table, release.release_id)
    restricted.without(bronze, _person_columns(release, catalogue), people, folder, restricted.root(known))
    archive.write_sidecar(known.raw, replace(release, removals=release.removals + 1))
