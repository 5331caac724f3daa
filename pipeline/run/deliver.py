"""Delivery of the current edition's open part to one more folder, such as a share: whole, checked, or a Fault.

Belongs here: whether the folder may be written to, and whether it then holds what the manifest says. Does not belong
here: how files are put there (publish/edition.py, as for `latest`), or the internal part.
"""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.errors import Fault
from pipeline.publish import edition as publishing
from pipeline.settings import Settings

MANIFEST = "manifest.json"
LITTER = ("thumbs.db", "desktop.ini")


def deliver(edition: Path, folder: Path, settings: Settings) -> bool:
    """Makes `folder` hold the open part of an edition under stable names; False where it did already.

    Each file is replaced by rename, the manifest last, and all are hashed after. Raises Fault where the folder is not
    there, lies in the archive or among editions, holds files that no edition put there, or cannot be written to.
    """
    _refuse_unfit(folder, settings)
    _refuse_strangers(edition, folder, settings)
    if not differences(edition, folder):
        return False
    try:
        publishing.deliver(edition, folder)
    except OSError as error:
        raise Fault(
            f"{Path(error.filename or folder).name} cannot be written ({error.strerror})",
            where=str(folder),
            remedy="Close the file where it is open, or mend the rights of the folder; the next night delivers again",
        ) from error
    wrong = differences(edition, folder)
    if wrong:
        raise Fault(
            f"{len(wrong)} {'files do' if len(wrong) > 1 else 'file does'} not hold what was copied, first: {wrong[0]}",
            where=str(folder),
            remedy="Look at the disk or the network share, and deliver again",
        )
    return True


def differences(edition: Path, folder: Path) -> list[str]:
    """The files of an edition's open part that `folder` does not hold as its manifest says, by hash."""
    source = edition / "open" / MANIFEST
    files = json.loads(source.read_text("utf-8"))["files"]
    wanted = {one["path"]: one["sha256"] for one in files} | {MANIFEST: publishing.sha256_of(source)}
    return [
        path for path, digest in wanted.items()
        if not (folder / path).is_file() or publishing.sha256_of(folder / path) != digest
    ]  # fmt: skip


def _refuse_unfit(folder: Path, settings: Settings) -> None:
    if not folder.is_dir():
        # A share that is not mounted must not become a folder on the local disk that nobody reads.
        raise Fault("there is no such folder to deliver to", where=str(folder), remedy="Make it, or mount the share")
    for other in (settings.raw, settings.editions, settings.runs, settings.work):
        if folder.resolve().is_relative_to(other.resolve()):
            raise Fault(
                f"lies within {other}, expected a folder of its own",
                where=str(folder),
                remedy="Set `deliver_to` elsewhere",
            )


def _refuse_strangers(edition: Path, folder: Path, settings: Settings) -> None:
    """What a new edition no longer holds is removed there, so nothing may be there that is somebody's own."""
    ours = {MANIFEST} | {path for part in (edition, *settings.editions.glob("*")) for path in _names(part / "open")}
    if (folder / MANIFEST).is_file():
        ours |= _listed(folder / MANIFEST)
    strangers = sorted(
        path for path in _names(folder) - ours
        if not path.rpartition("/")[2].startswith((".", "~$")) and path.lower() not in LITTER
    )  # fmt: skip
    if strangers:
        raise Fault(
            f"holds {len(strangers)} file{'s' if len(strangers) > 1 else ''} that no edition put there, first: {strangers[0]}",
            where=str(folder),
            remedy="Move them away, or deliver to a folder of its own",
        )


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _listed(manifest: Path) -> set[str]:
    """The files that a manifest lists; a folder with another program's manifest.json lists none of ours."""
    try:
        content = json.loads(manifest.read_text("utf-8"))
        return {one["path"] for one in content["files"]} if "edition_id" in content else set()
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(
            f"its {MANIFEST} is not an edition's", where=str(manifest.parent), remedy="Deliver to a folder of its own"
        ) from error
