"""Finds and opens editions for readers: the current one, or one by name. Always read-only."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline import duck
from pipeline.errors import NotFound
from pipeline.publish.edition import DATABASE
from pipeline.settings import Settings


def current_id(settings: Settings) -> str | None:
    """The edition that readers see, or None before the first."""
    if not settings.current_json.is_file():
        return None
    return json.loads(settings.current_json.read_text("utf-8"))["edition_id"]


def edition_folder(settings: Settings, edition: str | None = None) -> Path:
    """The folder of an edition (default: the current one). Raises NotFound where there is none."""
    identity = edition or current_id(settings)
    if identity is None:
        raise NotFound("there is no edition yet", where=str(settings.out), remedy="Make one with `ics-marts run`")
    folder = settings.editions / identity
    if not (folder / "open" / "manifest.json").is_file():
        held = sorted(path.name for path in settings.editions.glob("*")) if settings.editions.is_dir() else []
        raise NotFound(
            f"there is no edition {identity}", where=str(settings.editions), remedy=f"Held: {', '.join(held) or 'none'}"
        )
    return folder


def read_manifest(folder: Path, part: str = "open") -> dict:
    return json.loads((folder / part / "manifest.json").read_text("utf-8"))


def read_models(folder: Path) -> dict[str, dict]:
    """Every model and seed that the edition was built with, by `schema.name`, as `transform.dbt` tells of them."""
    return json.loads((folder / "open" / "lineage.json").read_text("utf-8"))


def open_part(folder: Path, part: str = "open"):
    """A read-only connection to a part of an edition, with no way to the file system from SQL."""
    return duck.connect_read_only(folder / part / DATABASE)
