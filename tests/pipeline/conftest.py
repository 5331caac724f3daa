"""One edition of the embedded sample, made once, and archives to spoil."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.run import sequence
from pipeline.settings import PROJECT_ROOT, Settings

SAMPLE = PROJECT_ROOT / "data" / "raw" / "sample"


def copy_archive(source: Path, target: Path) -> Path:
    """An archive of the test's own, writable."""
    shutil.copytree(source, target)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory) -> tuple[Settings, sequence.RunOutcome]:
    """Settings over a copy of the sample, and the outcome of the one run on it. Read-only for tests."""
    folder = tmp_path_factory.mktemp("sample")
    settings = Settings(raw=copy_archive(SAMPLE, folder / "raw"), out=folder / "out", lock_wait_seconds=1)
    return settings, sequence.run(settings)


@pytest.fixture
def own(tmp_path, sample_run) -> Settings:
    """Settings over a fresh copy of the sample archive and of what was made of it: a test may change both."""
    made, _ = sample_run
    copy_archive(made.raw, tmp_path / "raw")
    shutil.copytree(made.out, tmp_path / "out")
    return replace(made, raw=tmp_path / "raw", out=tmp_path / "out")


@pytest.fixture
def fresh(tmp_path) -> Settings:
    """Settings over a fresh copy of the sample archive, with nothing made of it yet."""
    return Settings(raw=copy_archive(SAMPLE, tmp_path / "raw"), out=tmp_path / "out", lock_wait_seconds=1)


def release_file(raw: Path, dataset: str) -> Path:
    """The one archived file of a dataset (its first table)."""
    return next(
        path for path in sorted((raw / dataset).rglob("*")) if path.is_file() and ".release.json" not in path.name
    )


def rewritten_release(source: Path, target: Path, change) -> Path:
    """The appointments ZIP with every data row passed through `change(row)` (None drops it)."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for info in archive.infolist():
            rows = list(csv.reader(io.StringIO(archive.read(info).decode("utf-8"), newline="")))
            text = io.StringIO(newline="")
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(rows[0])
            writer.writerows(row for row in (change(list(row)) for row in rows[1:]) if row is not None)
            out.writestr(info.filename, text.getvalue())
    return target
