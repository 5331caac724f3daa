"""The restricted archive: originals about people, apart from all else, and what is left when they have gone.

Belongs here: its folder and modes, which door a file goes through, the kept rows of a purged original, the list of people
who were removed. Does not belong here: slots and sidecars (archive.py), who asks for a purge (commands, through purge.py).

RESTRICTED/<dataset>/<table>/<part>/<period>/<sha12>-<name> has the original, <the same>.kept/ the pseudonymised rows of one that
was purged, removed.json the pseudonyms of people who were removed. The sidecar stands in RAW as for any release, so that
slots, revisions and fingerprints work as ever; it says nothing of anybody.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline import duck, settings
from pipeline.catalogue.contract import Contract, Table
from pipeline.errors import Fault, Refused
from pipeline.ingest.door import NO_SECRET, Door
from pipeline.ingest.read import Bronze, ReadReport, bronze_columns
from pipeline.privacy import pseudonym
from pipeline.settings import Settings

KEPT = ".kept"
REMOVED_FILE = "removed.json"
FOLDER_MODE, FILE_MODE = 0o700, 0o400
LEFT_OVER_SECONDS = 3600
OTHERS = stat.S_IRWXG | stat.S_IRWXO
OPTION = "Set `restricted` (ICS_MARTS_RESTRICTED) to a folder of its own, that only the pipeline's user can enter"


def root(known: Settings) -> Path:
    """The restricted archive, made where it is not there. Raises Fault where it lies among other things, or others may enter."""
    folder = known.restricted_dir
    for name, other in (("the archive", known.raw), ("the editions", known.out), ("the inbox", known.inbox)):
        if folder.resolve().is_relative_to(other.resolve()) or other.resolve().is_relative_to(folder.resolve()):
            raise Fault(
                f"the restricted archive and {name} ({other}) lie within each other, expected folders apart",
                where=str(folder),
                remedy=OPTION,
            )
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    # Windows has no such modes: there, the folder's own access list is the owner's task (docs/how-to).
    if os.name == "posix" and folder.stat().st_mode & OTHERS:
        raise Fault(
            f"others may enter the restricted archive (mode {stat.S_IMODE(folder.stat().st_mode):04o}), expected 0700",
            where=str(folder),
            remedy=f"Run: chmod 700 {folder}",
        )
    for left_over in (*folder.glob(".incoming/*"), *folder.glob(".scratch/*")):
        _drop_if_old(left_over)
    return folder


def _drop_if_old(path: Path) -> None:
    """Removes what a process that died left behind: what nobody has touched for an hour."""
    try:
        if time.time() - path.stat().st_mtime > LEFT_OVER_SECONDS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    except FileNotFoundError:  # whoever was at work on it has just finished
        return


def make_folder(folder: Path, below: Path) -> Path:
    """`folder` with all that leads to it from `below`, each for the owner alone."""
    missing = [one for one in (folder, *folder.parents) if one.is_relative_to(below) and not one.is_dir()]
    for one in reversed(missing):
        one.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return folder


def check_governance(contract: Contract, today: date, label: str) -> None:
    """Raises Refused where the contract does not say on what ground people's data may be taken in today."""
    faults = contract.governance.faults(today) if contract.governance else ()
    if faults:
        raise Refused(
            f"nothing about people is taken in: in the governance block of {contract.dataset}, {'; '.join(faults)}",
            where=label,
            remedy="The controller's information governance lead fills it in; see docs/how-to/take-person-level-data.md",
        )


def door_of(contract: Contract, known: Settings, origin: str, *, places: tuple[str, str], expected: str = "") -> Door:
    """The door for a file of a person-level contract. `places` is SQL of postcode and lsoa, and the release it comes from.

    Raises Refused where people were removed under another key: nobody could tell them again.
    """
    environ = settings.secrets()
    people = removed(known)
    domain = NO_SECRET.domain if origin == "synthetic" else contract.pseudonym_domain
    keyed = {pseudonym.prefix_of(one) for one in people if one.startswith(f"{domain}:")}
    mine = _prefix(domain, environ) if origin != "synthetic" else NO_SECRET.prefix
    if keyed and mine and mine not in keyed:
        raise Refused(
            f"people were removed under {', '.join(sorted(keyed))} and nobody is known under {mine}: they would come back",
            where=contract.dataset,
            remedy="Remove them again under the new key (`ics-marts forget`), or set the earlier one",
        )
    return Door(
        domain=contract.pseudonym_domain, upstream=contract.upstream_domains,
        origin="synthetic" if origin == "synthetic" else "real", environ=environ, places=places[0], places_id=places[1],
        removed=people, expected=expected or mine,
        scratch=None if origin == "synthetic" else make_folder(root(known) / ".scratch", root(known)),
    )  # fmt: skip


def _prefix(domain: str, environ) -> str:
    try:
        return pseudonym.key_of(domain, environ).prefix
    except Fault:
        return ""


# --- the rows of an original that has gone -------------------------------------------------------------------------


def keep(bronze: Bronze, folder: Path, below: Path) -> None:
    """Writes the rows of a release into `folder`, whole at once."""
    building = folder.with_name(folder.name + ".tmp")
    shutil.rmtree(building, ignore_errors=True)
    make_folder(building, below)
    for file in (bronze.rows, bronze.quarantine):
        shutil.copyfile(file, building / file.name)
    (building / "report.json").write_text(bronze.report.to_json(), "utf-8")
    for file in building.iterdir():
        file.chmod(FILE_MODE)
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(building, folder)


def kept(folder: Path, table: Table, label: str) -> Bronze:
    """The kept rows of a purged release. Raises Fault where they are gone, or are not what the contract now asks for.

    A later contract or reader cannot judge them again: they stay as they were judged when they came.
    """
    try:
        bronze = Bronze(folder, ReadReport.from_json((folder / "report.json").read_text("utf-8")))
        con = duck.connect()
        try:
            found = con.execute(f"describe {bronze.select()}").fetchall()
        finally:
            con.close()
        has = {name: kind for name, kind, *_ in found}
    except Exception as error:
        raise Fault(
            f"its original was purged and its kept rows cannot be read ({type(error).__name__})",
            where=label,
            remedy="Restore the restricted archive from a backup, or ask the submitter for the extract again",
        ) from None
    other = sorted(name for name, kind in bronze_columns(table).items() if has.get(name) != kind)
    if other:
        raise Fault(
            f"its original was purged and its kept rows lack what the contract now asks for ({', '.join(other)})",
            where=label,
            remedy="Restore the contract, or ask the submitter for the extract again",
        )
    return bronze


def without(bronze: Bronze, columns: Iterable[str], people: frozenset[str], folder: Path, below: Path) -> None:
    """Writes kept rows again without some people."""
    names = [duck.name(column) for column in columns]
    listed = duck.text_list(sorted(people))
    gone = " or ".join(f"coalesce(list_contains({listed}, {name}), false)" for name in names) or "false"
    building = folder.with_name(folder.name + ".tmp")
    shutil.rmtree(building, ignore_errors=True)
    make_folder(building, below)
    con = duck.connect()
    try:
        rows = building / "rows.parquet"
        # The order of rows is their order in the file.
        con.execute(
            f"copy (select * from ({bronze.select()}) where not ({gone})) to {duck.text(rows)} (format parquet)"
        )
        (left,) = con.execute(f"select count(*) from {duck.text(rows)}").fetchone()
    finally:
        con.close()
    shutil.copyfile(bronze.quarantine, building / "quarantine.parquet")
    out = bronze.report.rows_clean - left
    report = json.loads(bronze.report.to_json())
    report |= {
        "rows_in": bronze.report.rows_in - out, "rows_clean": left, "rows_removed": bronze.report.rows_removed + out,
    }  # fmt: skip
    (building / "report.json").write_text(json.dumps(report, indent=1, sort_keys=True), "utf-8")
    for file in building.iterdir():
        file.chmod(FILE_MODE)
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(building, folder)


# --- people who were removed -----------------------------------------------------------------------------------------


def removed(known: Settings) -> frozenset[str]:
    """The pseudonyms of people whose rows are left out wherever they come."""
    path = known.restricted_dir / REMOVED_FILE
    if not path.is_file():
        return frozenset()
    try:
        return frozenset(json.loads(path.read_text("utf-8"))["people"])
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(
            f"is not the list of people who were removed ({type(error).__name__}): who is on it would come back",
            where=str(path),
            remedy="Restore it from a backup",
        ) from None


def remove(known: Settings, people: Iterable[str], now: datetime) -> None:
    """Adds people to the list."""
    path = root(known) / REMOVED_FILE
    content = {
        "people": sorted(removed(known) | set(people)), "changed_at": now.astimezone(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    building = path.with_name(path.name + ".tmp")
    building.unlink(missing_ok=True)
    building.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    building.chmod(0o600)
    os.replace(building, path)
