"""What all tests share: the shared real files where they are, throwaway settings, and sockets shut but for loopback."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

from pipeline.settings import PROJECT_ROOT, Settings
from tests.once import made_once

# How long an example takes says how busy the machine is, and nothing of what is tested.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

SHARED = PROJECT_ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real published files; a test that needs it is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the real published files (../shared/data) are not here")
    return SHARED


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings over an archive and an output folder of the test's own, with one thread: over a few rows a second costs 15 ms
    a file and does nothing.

    That more threads read the same rows in the same order is proven in tests/unit/test_read_records.py.
    """
    return Settings(raw=tmp_path / "raw", out=tmp_path / "out", lock_wait_seconds=1, threads=1)


@pytest.fixture(scope="session")
def parsed(tmp_path_factory) -> Settings:
    """Settings for whose output folder dbt has parsed the project, for `keep_parse` (tests/pipeline/built_once.py)."""

    def parse(folder: Path) -> Settings:
        from pipeline.transform.build import BUILD_DB
        from pipeline.transform.dbt import Dbt

        settings = Settings(out=folder)
        target = settings.work / "dbt"
        Dbt(target / BUILD_DB, target).parse()
        return settings

    return made_once(tmp_path_factory, "parsed", parse)


REPORTS: list[list[str]] = []


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    """Keeps the report that a process of tests hands over: a heading and lines, such as the count of mutations."""
    report = getattr(node, "workeroutput", {}).get("report")
    if report:
        REPORTS.append(report)


def pytest_terminal_summary(terminalreporter) -> None:
    for heading, *lines in REPORTS:
        terminalreporter.section(heading)
        for line in lines:
            terminalreporter.write_line(line)
