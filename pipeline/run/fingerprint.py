"""What a run's result depends on, in one digest: equal to the last passed run's means there is nothing to do.

It takes in the archive's sidecars, the content of the code and rules, the lock file, the settings that matter and the
instant. The git commit is evidence, not input. Full rehashing of the archive is `verify`'s work, not this.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable
from pathlib import Path

from pipeline.settings import DBT_PROJECT, EXPECTATIONS, LOCK_FILE, PROJECT_ROOT, Settings

CODE_FOLDERS = (PROJECT_ROOT / "pipeline", DBT_PROJECT, EXPECTATIONS)
CODE_SUFFIXES = {".py", ".yml", ".yaml", ".sql", ".csv", ".json", ".jinja"}
NOT_CODE = {"__pycache__", "target", "logs"}


def code_digest() -> str:
    """Digest over the content of pipeline/, dbt_project/, expectations/ and the lock file."""
    files = [path for folder in CODE_FOLDERS for path in _code_files(folder)]
    return _digest([*files, *([LOCK_FILE] if LOCK_FILE.is_file() else [])], PROJECT_ROOT)


def _code_files(folder: Path) -> Iterable[Path]:
    for path in folder.rglob("*"):
        if path.suffix in CODE_SUFFIXES and not NOT_CODE.intersection(path.parts) and path.is_file():
            yield path


def archive_digest(raw: Path) -> str:
    """Digest over every sidecar of the archive: which bytes it holds and what is known of them."""
    return _digest([path for path in raw.rglob("*.release.json") if len(path.relative_to(raw).parts) == 5], raw)


def _digest(files: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def fingerprint(settings: Settings, as_of: str | None) -> str:
    """64 hex digits over all that decides what a run makes."""
    parts = [code_digest(), archive_digest(settings.raw), repr(sorted(settings.that_matter().items())), as_of or "now"]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def git_state() -> dict[str, str | bool]:
    """The commit the code was at and whether the tree was dirty; empty where there is no git."""

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(PROJECT_ROOT), *arguments], capture_output=True, text=True, check=True, timeout=10
        ).stdout.strip()

    try:
        return {"commit": git("rev-parse", "HEAD"), "dirty": bool(git("status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return {"commit": "", "dirty": False}
