"""One edition of the embedded sample, made once, and archives to spoil."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.settings import PROJECT_ROOT, Settings
from pipeline.transform.dbt import Dbt
from tests.once import made_once, shared_folder
from tests.pipeline.built_once import Made, keep_parse, parsed_once, remembered, run_once

SAMPLE = PROJECT_ROOT / "data" / "raw" / "sample"


def copy_archive(source: Path, target: Path) -> Path:
    """An archive of the test's own, writable."""
    shutil.copytree(source, target)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


# What the numbers of practices and appointments are made from: a run of it takes a third of the time of one of all.
OF_PRACTICES = ("gp_*", "ods_epcn", "ods_epraccur", "ons_lookups", "place_measures")


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """Where runs leave what dbt built for them, for others that would build the same."""
    return shared_folder(tmp_path_factory) / "built"


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory, parsed, built) -> Made:
    """Settings over a copy of the sample, and the outcome of the one run on it. Read-only for tests."""

    def make(folder: Path) -> Made:
        return run_once(folder, lambda raw: copy_archive(SAMPLE, raw), parsed, built)

    return made_once(tmp_path_factory, "sample", make)


@pytest.fixture(scope="session")
def practices_run(tmp_path_factory, parsed, built) -> Made:
    """The same over the practices' part of the sample (OF_PRACTICES), for tests of how a run goes. Read-only."""

    def archive(raw: Path) -> None:
        for pattern in OF_PRACTICES:
            for source in SAMPLE.glob(pattern):
                copy_archive(source, raw / source.name)

    return made_once(tmp_path_factory, "practices", lambda folder: run_once(folder, archive, parsed, built))


@pytest.fixture
def built_once(request, built, monkeypatch) -> None:
    """What another run built is not built again where a run would build the very same.

    A test marked `really_builds` is one of the build itself, or of two ways to the same marts. One marked `keeps_builds` has
    more than one run over an archive of its own.
    """
    if request.node.get_closest_marker("really_builds") is None:
        keep = request.node.get_closest_marker("keeps_builds") is not None
        monkeypatch.setattr(Dbt, "build", remembered(built, keep=keep))
        monkeypatch.setattr(Dbt, "parse", parsed_once)


@pytest.fixture
def own(tmp_path, practices_run, built_once) -> Settings:
    """Settings over a fresh copy of the practices' archive and of what was made of it: a test may change both."""
    made, _ = practices_run
    copy_archive(made.raw, tmp_path / "raw")
    shutil.copytree(made.out, tmp_path / "out")
    settings = replace(made, raw=tmp_path / "raw", out=tmp_path / "out")
    keep_parse(made, settings)
    return settings


@pytest.fixture
def fresh(tmp_path, practices_run, built_once) -> Settings:
    """Settings over a fresh copy of the practices' archive, with nothing made of it yet but what dbt parsed."""
    made, _ = practices_run
    settings = replace(made, raw=copy_archive(made.raw, tmp_path / "raw"), out=tmp_path / "out")
    keep_parse(made, settings)
    return settings


@pytest.fixture(autouse=True, scope="session")
def records_of_dagster_need_no_disk():
    """Dagster's SQLite waits for the disk at every one of 3,000 events of a run; a test's records may be lost."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    def careless(connection, _) -> None:
        if type(connection).__module__ == "sqlite3":
            connection.execute("pragma synchronous = off")

    event.listen(Engine, "connect", careless)
    yield
    event.remove(Engine, "connect", careless)


@pytest.fixture(scope="session")
def graph_parsed_once(tmp_path_factory, parsed):
    """Dagster's graph is made anew in every test; dbt's manifest, which is the same for every archive, is not."""
    from pipeline.orchestration import graph

    settings = Settings(out=tmp_path_factory.mktemp("graph"))
    keep_parse(parsed, settings)
    manifest = graph.parsed_project(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph, "parsed_project", lambda settings: manifest)
        yield


def release_file(raw: Path, dataset: str) -> Path:
    """The archived file of a dataset, the first of its first table; of what is only stated, the Kent briefing's."""
    folder = "measures/kent-hosc-briefing" if dataset == "place_measures" else ""
    return next(
        path
        for path in sorted((raw / dataset / folder).rglob("*"))
        if path.is_file() and ".release.json" not in path.name
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
            # Of one time, so that the same change makes the same bytes.
            out.writestr(zipfile.ZipInfo(info.filename), text.getvalue(), zipfile.ZIP_DEFLATED)
    return target
